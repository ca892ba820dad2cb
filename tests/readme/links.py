#!/usr/bin/env python3
"""Fails where a link of a page leads to no file or no heading, and where the language of a block is
one that no test knows. Nothing is looked up beyond the checkout."""

import re
import urllib.parse

import pages

OTHERS = ["*.md", "bench/**/*.md", "data/**/*.md", "examples/**/*.md"]
LINK = re.compile(r'\]\(\s*<?([^)\s>]+)|^\[[^\]]+\]:\s*(\S+)|\b(?:href|src)="([^"]+)')
# Those that are run, and those that show something: what is printed, what a file holds.
LANGUAGES = {"cpp", "python", "sh", "cmake", "", "json", "text"}


def prose(path):
    """Lines without code."""
    return [re.sub(r"`[^`]*\]\([^`]*`", "", line) for line in pages.split(path)[0]]


def anchors(path):
    """As GitHub makes them of headings: lower case, no punctuation, hyphens for spaces, numbered
    where they are alike; and those that are written down."""
    found, times = set(), {}
    for line in prose(path):
        found.update(re.findall(r'\bid="([^"]+)', line), re.findall(r"^\((\S+)\)=$", line))
        heading = re.match(r"#{1,6}\s+(.*?)\s*#*$", line)
        if heading:
            text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading[1]).lower()
            name = re.sub(r"[^\w\- ]", "", text).replace(" ", "-")
            times[name] = times.get(name, -1) + 1
            found.add(f"{name}-{times[name]}" if times[name] else name)
    return found


def faults(path):
    for found in (link for line in prose(path) for link in LINK.findall(line)):
        link = urllib.parse.urlsplit("".join(found))
        if link.scheme or link.netloc:
            continue
        target = path.parent / urllib.parse.unquote(link.path) if link.path else path
        if not target.exists():
            yield f"{link.geturl()}: no such file"
        elif link.fragment and target.suffix == ".md" and link.fragment not in anchors(target):
            yield f"{link.geturl()}: no such heading"
    for line, language, _ in pages.split(path)[1]:
        if language not in LANGUAGES and not language.startswith("{"):
            yield f"line {line}: a block of '{language}', which no test knows"


paths = {pages.ROOT / page for page in pages.pages()}
paths.update(path for pattern in OTHERS for path in pages.ROOT.glob(pattern))
wrong = [
    f"{path.relative_to(pages.ROOT)}: {fault}" for path in sorted(paths) for fault in faults(path)
]
if wrong:
    raise SystemExit("\n".join(wrong))
print(f"{len(paths)} pages")
