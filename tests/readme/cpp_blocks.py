#!/usr/bin/env python3
"""Writes the C++ blocks of all pages as functions, for blocks.cpp to run: cpp_blocks.py OUT"""

import pathlib
import re
import sys

import pages

INCLUDE = re.compile(r"^#include .*$", re.MULTILINE)
includes, functions, table = set(), [], []
for page in pages.pages():
    for line, text in pages.blocks(page, "cpp"):
        includes.update(INCLUDE.findall(text))
        body = INCLUDE.sub("", text)
        functions.append(f'void block_{len(table)}() {{\n#line {line} "{page}"\n{body}}}\n')
        table.append(f'    {{"{page}", {line}, block_{len(table)}}},\n')

pathlib.Path(sys.argv[1]).write_text(
    '#include "given.hpp"\n'
    + "".join(f"{include}\n" for include in sorted(includes))
    + "namespace {\nusing namespace given;\n"
    + "".join(functions)
    + "}\nconst std::vector<Block> kBlocks = {\n"
    + "".join(table)
    + "};\n",
    encoding="utf-8",
)
