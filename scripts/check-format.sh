#!/usr/bin/env bash
# Fails when a C++ file is not as clang-format leaves it; --fix rewrites those files instead.
set -euo pipefail
cd "$(dirname "$0")/.."

mode=(--dry-run --Werror)
if [[ ${1:-} == --fix ]]; then mode=(-i); fi
find . \( -path ./build -o -path ./.deps \) -prune -o -regex '.*\.\(cpp\|hpp\|cu\|cuh\)' -print0 |
  xargs -0 clang-format "${mode[@]}"
echo "check-format: ok"
