#!/usr/bin/env bash
# A Python environment with exactly the packages of a list, as wheels. Does nothing where all of it is
# there: a copy of the list is left in the environment when all of it is installed.
#
#   scripts/pinned-venv.sh FOLDER LIST
set -euo pipefail
venv=$1 wanted=$2

if cmp -s "$wanted" "$venv/requirements.txt"; then exit; fi
echo "pinned-venv: installing $wanted into $venv"
rm -rf "$venv"
python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --only-binary :all: -r "$wanted"
"$venv/bin/pip" check
cp "$wanted" "$venv/requirements.txt"
