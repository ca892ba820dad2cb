#!/usr/bin/env bash
# From a fresh checkout to two maps of handwritten digits: the first command of README.md.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install-deps.sh --tool
cmake --preset cpu-release -DBUILD_TESTING=OFF >/dev/null
cmake --build --preset cpu-release --target nearfold_tool --parallel "$(nproc)"

mkdir -p out
for method in umap tsne; do
  build/cpu-release/nearfold embed data/digits/digits.npy --method "$method" --seed 42 \
    --labels data/digits/labels.npy -o "out/digits-$method.npy" \
    --plot "out/digits-$method.png" --report "out/digits-$method.json" --force
  build/cpu-release/nearfold plot "out/digits-$method.npy" --labels data/digits/labels.npy \
    -o "out/digits-$method.html" --force
done

echo
echo "Two maps of 1,797 handwritten digits:"
for method in umap tsne; do
  echo "  $method: map out/digits-$method.npy, picture out/digits-$method.png," \
    "page out/digits-$method.html, report out/digits-$method.json"
done
