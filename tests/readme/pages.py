"""The pages of the documentation and the blocks of code in them."""

import pathlib
import re
import textwrap

ROOT = pathlib.Path(__file__).parents[2]
FENCE = re.compile(r"^ *(`{3,}|~{3,}) *(\S*)")


def pages():
    """README.md and all below docs/, as paths from the root."""
    found = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [path.relative_to(ROOT).as_posix() for path in found]


def split(page):
    """The lines that are prose, and (line, language, text) of every block: the line is that of its
    first line of code."""
    prose, blocks, mark = [], [], None
    for number, line in enumerate((ROOT / page).read_text(encoding="utf-8").splitlines(), 1):
        fence = FENCE.match(line)
        if mark is None and fence:
            mark, language, begin, code = fence[1], fence[2], number + 1, []
        elif mark is None:
            prose.append(line)
        elif fence and fence[1].startswith(mark) and not fence[2]:
            mark = None
            blocks.append((begin, language, textwrap.dedent("\n".join(code)) + "\n"))
        else:
            code.append(line)
    if mark:
        raise SystemExit(f"{page}:{begin}: a block without an end")
    return prose, blocks


def blocks(page, language):
    """(line, text) of every block of one language."""
    return [(line, text) for line, found, text in split(page)[1] if found == language]
