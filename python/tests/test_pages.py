"""The Python of the tutorials and how-tos runs, each page as one program."""

from __future__ import annotations

import pathlib
import re
import textwrap

import pytest

ROOT = pathlib.Path(__file__).parents[2]
BLOCK = re.compile(r"^ *```python\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
PAGES = {
    page.relative_to(ROOT).as_posix(): [textwrap.dedent(block) for block in blocks]
    for folder in ("tutorials", "howto")
    for page in sorted((ROOT / "docs" / folder).glob("*.md"))
    if (blocks := BLOCK.findall(page.read_text(encoding="utf-8")))
}


def test_there_are_pages():
    assert len(PAGES) >= 8


@pytest.mark.parametrize("page", PAGES)
def test_page(page, tmp_path, monkeypatch):
    pytest.importorskip("matplotlib").use("Agg")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").symlink_to(ROOT / "data")
    (tmp_path / "out").mkdir()
    known: dict[str, object] = {}
    for block in PAGES[page]:
        try:
            exec(compile(block, page, "exec"), known)
        except ModuleNotFoundError as error:
            pytest.skip(f"{error.name} is not installed")
