#!/usr/bin/env python3
"""Builds the cmake blocks of all pages as projects with a program `app`, against an installed
nearfold: cmake_blocks.py FOLDER CMAKE GENERATOR COMPILER PREFIX"""

import pathlib
import shutil
import subprocess
import sys

import pages

FOLDER, CMAKE, GENERATOR, COMPILER, PREFIX = sys.argv[1:]
BEGIN = """cmake_minimum_required(VERSION 3.25)
project(app LANGUAGES CXX)
add_executable(app app.cpp)
"""

for page in pages.pages():
    for line, text in pages.blocks(page, "cmake"):
        print(f"{page}:{line}", flush=True)
        project = pathlib.Path(FOLDER)
        shutil.rmtree(project, ignore_errors=True)
        project.mkdir(parents=True)
        shutil.copy(pages.ROOT / "examples/own_loop.cpp", project / "app.cpp")
        (project / "CMakeLists.txt").write_text(BEGIN + text, encoding="utf-8")
        for command in (
            [CMAKE, "-S", project, "-B", project / "build", "-G", GENERATOR]
            + [f"-DCMAKE_CXX_COMPILER={COMPILER}", f"-DCMAKE_PREFIX_PATH={PREFIX}"],
            [CMAKE, "--build", project / "build"],
            [project / "build/app"],
        ):
            subprocess.run(command, check=True)
