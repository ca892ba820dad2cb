"""What the reference is made of: the tool's manual, and the headers in their own order."""

import ast
import inspect
import os
import pathlib
import re
import xml.etree.ElementTree as ElementTree

from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList
from sphinx.util import logging

ROOT = pathlib.Path(__file__).parents[2]
MANUAL = pathlib.Path(os.environ["NEARFOLD_MANUAL"])  # of the build: Markdown of every command
XML = ROOT / "build/doxygen/xml"
# Breathe's directives by Doxygen's kinds. A variable would be a new kind of thing here: an error.
DIRECTIVES = {
    "class": "doxygenclass",
    "struct": "doxygenstruct",
    "enum": "doxygenenum",
    "typedef": "doxygentypedef",
    "function": "doxygenfunction",
}


class ToolManual(Directive):
    """A section for the tool and for each of its commands: the manual's Markdown."""

    def run(self):
        """The sections."""
        front = (MANUAL / "nearfold.md").read_text(encoding="utf-8")
        pages = ["nearfold", *re.findall(r"\]\((nearfold-[\w-]+)\.md\)", front)]
        content = nodes.Element()
        for page in pages:
            text = (MANUAL / f"{page}.md").read_text(encoding="utf-8")
            text = re.sub(r"\]\((nearfold[-\w]*)\.md\)", r"](#\1)", text)
            text = re.sub(r"^#", "##", text, flags=re.MULTILINE)
            self.state.nested_parse(
                StringList(text.splitlines(), page), self.content_offset, content, match_titles=1
            )
        return content.children


class CppHeader(Directive):
    """Every public name of one header, in the order of its lines."""

    required_arguments = 1

    def run(self):
        """The declarations."""
        header = f"include/nearfold/{self.arguments[0]}"
        names = sorted(_names_of(header))
        if not names:
            raise self.error(f"Doxygen knows of nothing in {header}")
        lines = []
        for _, kind, name in names:
            lines += [f"```{{{DIRECTIVES[kind]}}} {name}"]
            lines += [":members:", ":undoc-members:"] if kind in ("class", "struct") else []
            lines += ["```", ""]
        content = nodes.Element()
        self.state.nested_parse(StringList(lines, header), self.content_offset, content)
        return content.children


def _names_of(header):
    """(line, kind, name) of what the namespace has in this header."""
    for member in ElementTree.parse(XML / "namespacenearfold.xml").iter("memberdef"):
        place = member.find("location")
        if place.get("file") == header:
            name, kind = "nearfold::" + member.findtext("name"), member.get("kind")
            if kind == "function":
                name += member.findtext("argsstring")
            yield int(place.get("line")), kind, name
    for path in XML.glob("*nearfold_1_1*.xml"):
        compound = ElementTree.parse(path).find("compounddef")
        place, name = compound.find("location"), compound.findtext("compoundname")
        if place.get("file") == header and name.count("::") == 1:  # others stand in their class
            yield int(place.get("line")), compound.get("kind"), name


def _signature(app, what, name, obj, options, signature, return_annotation):
    """Of a class as it is called; its bases are played while the site is built."""
    if what != "class":
        return None
    parameters = list(inspect.signature(obj.__init__).parameters.values())[1:]
    plain = [one.replace(annotation=inspect.Parameter.empty) for one in parameters]
    return str(inspect.Signature(plain)), return_annotation


def _all_are_there(app, env):
    """Warns of public names that no page has."""
    documented = env.get_domain("py").objects
    missing = [name for name in _python_names() if name not in documented]
    page = (ROOT / "docs/reference/cpp.md").read_text(encoding="utf-8")
    headers = {path.name for path in (ROOT / "include/nearfold").glob("*.hpp")}
    missing += [
        name
        for name in sorted(headers - {"export.hpp", "nearfold.hpp"})
        if f"{{cpp-header}} {name}" not in page
    ]
    for name in missing:
        logging.getLogger(__name__).warning("docs/reference misses %s", name)


def _python_names():
    """What a module of the package lists as public: its own name with those."""
    for path in (ROOT / "python/nearfold").rglob("*.py"):
        module = path.relative_to(ROOT / "python").with_suffix("")
        parts = module.parts[:-1] if module.name == "__init__" else module.parts
        listed = re.search(r"^__all__ = (\[.*?\])", path.read_text(encoding="utf-8"), re.M | re.S)
        for name in ast.literal_eval(listed[1]) if listed else ():
            yield ".".join((*parts, name))


def setup(app):
    """For Sphinx."""
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("autodoc-process-signature", _signature)
    app.connect("env-check-consistency", _all_are_there)
    app.add_directive("tool-manual", ToolManual)
    app.add_directive("cpp-header", CppHeader)
    return {"parallel_read_safe": True}
