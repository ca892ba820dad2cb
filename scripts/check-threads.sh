#!/usr/bin/env bash
# Looks for data races: the tests of threads under clang's thread sanitizer. Fails at the first race.
#
#   scripts/check-threads.sh
set -euo pipefail
cd "$(dirname "$0")/.."

# In these, every stage that has threads is run with several numbers of them, by tests with the word
# in their names. Compare and Reuse put the same stages together again, in minutes.
folders=(core data knn linalg init weights umap tsne pacmap run quality)
filter='*Threads*:-Compare.*:Reuse.*'

cmake --preset tsan >/dev/null
cmake --build --preset tsan --target "${folders[@]/%/_test}" >build/tsan/log ||
  { tail -n 40 build/tsan/log && exit 1; }

export TSAN_OPTIONS=halt_on_error=1
for folder in "${folders[@]}"; do
  "build/tsan/tests/${folder}_test" --gtest_brief=1 --gtest_filter="$filter" >build/tsan/log 2>&1 ||
    { cat build/tsan/log && echo "check-threads: $folder failed" >&2 && exit 1; }
  # A filter that fits nothing passes, too.
  grep -q 'PASSED.* [1-9]' build/tsan/log ||
    { echo "check-threads: $folder has no test of threads" >&2 && exit 1; }
done
echo "check-threads: ok"
