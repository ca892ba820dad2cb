#!/usr/bin/env bash
# Builds the Debian packages nearfold, libnearfold0.1 and libnearfold-dev into dist/, for any x86-64, with
# code for AVX2 where the processor has it. The same source gives the same bytes.
#
#   scripts/deb.sh
set -euo pipefail
cd "$(dirname "$0")/.."

build=build/packages
# As old as the commit, or as what it was unpacked from.
if [[ -z ${SOURCE_DATE_EPOCH:-} ]]; then
  SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || stat -c %Y CMakeLists.txt)
fi
export SOURCE_DATE_EPOCH

scripts/install-deps.sh --packages
cmake --preset packages >/dev/null
cmake --build --preset packages
rm -rf "$build"/*.deb dist/*.deb
mkdir -p dist
(cd "$build" && cpack -G DEB) >"$build/cpack.log" || { cat "$build/cpack.log" && exit 1; }
cp "$build"/*.deb dist/
if command -v lintian >/dev/null; then
  lintian --fail-on error,warning --tag-display-limit 0 dist/*.deb
else
  echo "deb: lintian is not here, so the packages are not checked"
fi
(cd dist && stat -c 'deb: dist/%n, %s bytes' -- *.deb)
