"""The documentation site: scripts/docs.sh builds it, from the root of the checkout."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "docs/_ext"), str(ROOT / "python")]

project = "nearfold"
author = "the nearfold developers"
copyright = author
version = release = re.search(
    r"project\(nearfold VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
)[1]

# The whole checkout, so that a link is the same here and in the files themselves.
root_doc = "docs/index"
include_patterns = ["docs/**.md", "bench/**.md", "*.md"]
exclude_patterns = ["README.md", "build", ".*", "dist", "out"]
extensions = [
    "breathe",
    "myst_parser",
    "reference",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
]
myst_heading_anchors = 4
nitpicky = True
# Of C++, names that are not public; of Python, types that a docstring says in words.
nitpick_ignore_regex = [("cpp:identifier", "nearfold|State|CUstream_st"), ("py:class", ".*")]

# Of the package everything but the compiled part, which is not needed to read what is documented.
autodoc_mock_imports = ["nearfold._core", "dask", "distributed", "scipy", "sklearn"]
autodoc_typehints = "none"
autodoc_member_order = "bysource"
napoleon_google_docstring = False
napoleon_use_ivar = True
default_role = "literal"

breathe_projects = {"nearfold": str(ROOT / "build/doxygen/xml")}
breathe_default_project = "nearfold"
breathe_domain_by_extension = {"hpp": "cpp"}

highlight_language = "none"  # of blocks that name none

html_theme = "furo"
html_title = f"nearfold {version}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
