#!/usr/bin/env bash
# The long form of tests/faults/faults_test.cpp: every allocation of 1 KiB or more in the main commands
# fails once, and every write, sync, rename and read; then the kills, ten times over. About two
# minutes on two quiet cores. Last results: docs/promises.md.
set -euo pipefail
cd "$(dirname "$0")/.."

cmake --preset cpu-release >/dev/null
cmake --build --preset cpu-release --target faults_test >/dev/null
export NEARFOLD_ALL_FAULTS=1
build/cpu-release/tests/faults_test --gtest_filter='*Allocation*:*Disk*:*Read*'
build/cpu-release/tests/faults_test --gtest_filter='*Killed*' --gtest_repeat=10
