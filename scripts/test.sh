#!/usr/bin/env bash
# Builds everything and runs every test: the second command of README.md.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install-deps.sh
cmake --preset cpu-release -DBUILD_TESTING=ON
cmake --build --preset cpu-release --target all all_verify_interface_header_sets --parallel "$(nproc)"
ctest --preset cpu-release --parallel "$(nproc)"
