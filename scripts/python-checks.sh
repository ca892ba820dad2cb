#!/usr/bin/env bash
# Checks graph files and the scores of maps against the Python packages that take or make the same,
# in .deps/venv with the versions of tests/python/requirements.txt. Needs python3-venv, and the tool
# built.
#
#   scripts/python-checks.sh [TOOL]         TOOL is build/cpu-release/nearfold unless given
set -euo pipefail
cd "$(dirname "$0")/.."

tool=${1:-build/cpu-release/nearfold}
venv=.deps/venv

scripts/pinned-venv.sh "$venv" tests/python/requirements.txt
for check in graphs quality; do
  "$venv/bin/python" "tests/python/check_$check.py" "$tool"
done
