#!/usr/bin/env bash
# The tests under the thread sanitizer. clang's OpenMP reports its barriers to the sanitizer through
# Archer; libraries compiled without the sanitizer are not looked into.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install-deps.sh --dev
export OMP_TOOL_LIBRARIES
OMP_TOOL_LIBRARIES=$(find /usr/lib/llvm-*/lib -name libarcher.so | sort -V | tail -n 1)
export TSAN_OPTIONS=ignore_noninstrumented_modules=1
cmake --preset tsan
cmake --build --preset tsan
ctest --preset tsan --parallel "$(nproc)"
