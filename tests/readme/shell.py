#!/usr/bin/env python3
"""Runs every command of a page's sh blocks, in their order, in a folder of the page's own.

shell.py PAGE TOOL FOLDER    the folder is made anew below FOLDER, with the files of inputs.py
shell.py --table             only checks that each entry of not_run.py stands on some page
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import inputs
import pages
from not_run import NOT_RUN


def is_whole(text):
    """Whether bash takes it as a command that has come to its end."""
    if text.endswith("\\\n"):
        return False
    check = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True)
    return check.returncode == 0 and "here-document" not in check.stderr


def commands(page):
    """(line, command) of all sh blocks."""
    for begin, text in pages.blocks(page, "sh"):
        command, first = "", begin
        for number, line in enumerate(text.splitlines(keepends=True), begin):
            if not command:
                first = number
            command += line
            if is_whole(command):
                if not re.fullmatch(r"\s*(#.*)?\s*", command):
                    yield first, command
                command = ""
        if command:
            raise SystemExit(f"{page}:{first}: not a whole command\n{command}")


def plain(command):
    """On one line, without comments: as not_run.py lists it."""
    return " ".join(re.sub(r"(^|\s)#.*|\\$", "", command, flags=re.MULTILINE).split())


def check_table():
    used = {plain(command) for page in pages.pages() for _, command in commands(page)}
    unused = [command for command in NOT_RUN if command not in used]
    if unused:
        raise SystemExit("\n".join(["not_run.py has what no page has:", *unused]))


def script(page):
    """All commands, each after the line that it is on has been written to file 3."""
    lines = ["set -eo pipefail"]
    for line, command in commands(page):
        if plain(command) in NOT_RUN:
            print(f"{page}:{line}: not run: {plain(command)}: {NOT_RUN[plain(command)]}")
        else:
            lines += [f"echo {line} >&3", command]
    return "\n".join(lines)


def run(page, tool, folder):
    place = pathlib.Path(folder) / page.replace("/", "-")
    shutil.rmtree(place, ignore_errors=True)
    (place / "work").mkdir(parents=True)
    (place / "bin").mkdir()
    (place / "bin" / "nearfold").symlink_to(tool)
    os.chdir(place / "work")
    text = script(page)
    inputs.make_inputs(tool, pages.ROOT / "data/digits")
    with open("../lines", "w", encoding="utf-8") as lines:
        ended = subprocess.run(
            ["bash", "-c", f"exec 3>&{lines.fileno()}\n" + text],
            env={**os.environ, "PATH": f"{place / 'bin'}:{os.environ['PATH']}"},
            pass_fds=[lines.fileno()],
            stdin=subprocess.DEVNULL,
        )
    done = pathlib.Path("../lines").read_text(encoding="utf-8").split()
    if ended.returncode:
        failed = dict(commands(page))[int(done[-1])].strip()
        raise SystemExit(f"{page}:{done[-1]}: exit {ended.returncode}: {failed}")
    print(f"{page}: {len(done)} commands")
    shutil.rmtree(place)


if __name__ == "__main__":
    if sys.argv[1:] == ["--table"]:
        check_table()
    else:
        run(*sys.argv[1:])
