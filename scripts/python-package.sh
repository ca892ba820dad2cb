#!/usr/bin/env bash
# Builds the Python package's wheel, installs it in an environment of its own, and runs its tests
# there: pytest, the examples of docstrings, types, style.
#
#   scripts/python-package.sh [TOOL]        TOOL is build/cpu-release/nearfold unless given
set -euo pipefail
cd "$(dirname "$0")/.."

tool=$(realpath "${1:-build/cpu-release/nearfold}")
venv=.deps/package-venv
wanted=python/tests/requirements.txt

scripts/wheel.sh
# A copy of the list is left in the environment when all of it is installed.
if ! cmp -s "$wanted" "$venv/requirements.txt"; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$wanted"
  cp "$wanted" "$venv/requirements.txt"
fi
"$venv/bin/pip" install --quiet --disable-pip-version-check --force-reinstall --no-deps dist/*.whl
"$venv/bin/pip" install --quiet --disable-pip-version-check dist/*.whl # what it depends on
for name in _core_v2 _core_v3; do
  "$venv/bin/python" -c "import nearfold.$name" || {
    [[ $name == _core_v3 ]] && ! grep -qw avx2 /proc/cpuinfo # only where it can run
  }
done
export NEARFOLD_TOOL=$tool
tests=$PWD/python/tests
installed=$("$venv/bin/python" -c 'import nearfold, pathlib; print(pathlib.Path(nearfold.__file__).parent)')
# From a folder without a nearfold, so that the installed one is taken.
(cd "$venv" && bin/python -m pytest -q -W ignore -p no:cacheprovider --rootdir "$tests" "$tests")
(cd "$venv" && bin/python -m pytest -q -W ignore -p no:cacheprovider --doctest-modules "$installed")
"$venv/bin/mypy"
"$venv/bin/ruff" check --quiet python examples tests/readme docs/conf.py docs/_ext
"$venv/bin/ruff" format --quiet --check python examples tests/readme docs/conf.py docs/_ext
echo "python-package: ok"
