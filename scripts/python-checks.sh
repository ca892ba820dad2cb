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
wanted=tests/python/requirements.txt

# A copy of the list is left in the environment when all of it is installed.
if ! cmp -s "$wanted" "$venv/requirements.txt"; then
  echo "python-checks: installing $wanted into $venv"
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --only-binary :all: \
    -r "$wanted"
  "$venv/bin/pip" check
  cp "$wanted" "$venv/requirements.txt"
fi
for check in graphs quality; do
  "$venv/bin/python" "tests/python/check_$check.py" "$tool"
done
