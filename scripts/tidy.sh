#!/usr/bin/env bash
# clang-tidy with the list in .clang-tidy over src/, warnings as errors.
set -euo pipefail
cd "$(dirname "$0")/.."

cmake --preset tidy >/dev/null
run-clang-tidy -p build/tidy -quiet "^$PWD/src/" 2>/dev/null ||
  { echo "tidy: failed" >&2 && exit 1; }
echo "tidy: ok"
