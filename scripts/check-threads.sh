#!/usr/bin/env bash
# Looks for data races: the tests of threads under clang's thread sanitizer, with LLVM's OpenMP below
# FAISS. FAISS itself is not instrumented; what it runs in threads (the k-means of ivf) is not looked
# into, and gives no false alarms. Fails at the first race.
#
#   scripts/check-threads.sh
set -euo pipefail
cd "$(dirname "$0")/.."

# In these, every stage that has threads is run with several numbers of them, by tests with the word
# in their names. compare and reuse put the same stages together again, in minutes.
nouns=(parallel knn ivf hnsw nndescent index metric pca spectral weights umap tsne embed grid
  quality_sample)

cmake --preset tsan >/dev/null
cmake --build --preset tsan --target "${nouns[@]/%/_test}" >build/tsan/log ||
  { tail -n 40 build/tsan/log && exit 1; }

export TSAN_OPTIONS=halt_on_error=1
for noun in "${nouns[@]}"; do
  "build/tsan/tests/${noun}_test" --gtest_brief=1 --gtest_filter='*Threads*' >build/tsan/log 2>&1 ||
    { cat build/tsan/log && echo "check-threads: $noun failed" >&2 && exit 1; }
  # A filter that fits nothing passes, too.
  grep -q 'PASSED.* [1-9]' build/tsan/log ||
    { echo "check-threads: $noun has no test of threads" >&2 && exit 1; }
done
echo "check-threads: ok"
