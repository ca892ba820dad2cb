#!/usr/bin/env bash
# The same seed, the same bytes: graphs and maps for 1, 2, 3 and 7 threads, from tools compiled for
# processors with and without AVX-512 and AVX2. Prints one line a file, fails when two differ. Needs
# python3.
#
#   scripts/check-hashes.sh [ARCH|TOOL...]   beside the release build for this processor: as in
#                                            -march=, or a tool that is built already; x86-64-v2
#                                            (SSE4.2) and x86-64-v3 (AVX2) unless given
#
# POINTS (12000): of the data set; from 4,097 on every way of the search is taken.
set -euo pipefail
cd "$(dirname "$0")/.."

archs=("$@")
if ((${#archs[@]} == 0)); then archs=(x86-64-v2 x86-64-v3); fi
tools=(build/cpu-release/nearfold)
cmake --preset cpu-release >/dev/null
cmake --build --preset cpu-release --target nearfold_tool >/dev/null
for arch in "${archs[@]}"; do
  if [[ -x $arch ]]; then tools+=("$arch") && continue; fi
  cmake --preset cpu-release -B "build/$arch" -DNEARFOLD_ARCH="$arch" -DBUILD_TESTING=OFF >/dev/null
  cmake --build "build/$arch" --target nearfold_tool >/dev/null
  tools+=("build/$arch/nearfold")
done

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
# Large enough for cells and for axes from a sample of the rows.
"${tools[0]}" generate blobs -n "${POINTS:-12000}" --centers 40 --dim 160 --seed 7 -o "$out/points.npy" \
  --progress none -q

hash_of_arrays='import hashlib, sys, zipfile
graph = zipfile.ZipFile(sys.argv[1])
print(hashlib.sha256(graph.read("indices.npy") + graph.read("distances.npy")).hexdigest())'

failed=0
seed=(--seed 5)
# compare NAME COMMAND...: COMMAND with -o FILE gives one hash for every tool and thread count.
compare() {
  local name=$1 hash first='' tool threads
  shift
  for tool in "${tools[@]}"; do
    for threads in 1 2 3 7; do
      # Beside the release build two thread counts are enough.
      if [[ $tool != "${tools[0]}" && $threads != 1 && $threads != 3 ]]; then continue; fi
      "$tool" "$@" "${seed[@]}" --threads "$threads" -o "$out/result.${name##*.}" --force \
        --progress none -q
      # Of a graph the arrays: its file also tells the seconds.
      if [[ $name == *.npz ]]; then
        hash=$(python3 -c "$hash_of_arrays" "$out/result.npz")
      else
        hash=$(sha256sum <"$out/result.npy")
      fi
      if [[ -z $first ]]; then first=$hash; fi
      if [[ $hash != "$first" ]]; then
        echo "check-hashes: $name differs: $tool, $threads threads" >&2
        failed=1
      fi
    done
  done
  echo "$name ${first:0:16}"
}

for index in flat ivf hnsw nndescent auto; do
  compare "$index.npz" knn "$out/points.npy" -k 30 --index "$index"
done
compare umap.npy embed "$out/points.npy" --method umap --index auto --max-iter 100
compare tsne.npy embed "$out/points.npy" --method tsne --index auto --max-iter 100 \
  --negative-gradient-method fft
# METHOD: few iterations of it.
few() {
  case $1 in
    pacmap | localmap) echo --num-iters=10,10,20 ;;
    *) echo --max-iter=20 ;;
  esac
}
for method in umap tsne pacmap localmap; do
  compare "$method-3d.npy" embed "$out/points.npy" --method "$method" --index flat "$(few "$method")" \
    --n-components 3
done
compare "spectral.npy" embed "$out/points.npy" --method tsne --init spectral --max-iter 20 \
  --negative-gradient-method exact

# New points on the first tool's maps, flat ones and those on surfaces.
"${tools[0]}" generate blobs -n 700 --centers 40 --dim 160 --seed 8 -o "$out/new.npy" --progress none -q
for kind in umap tsne pacmap localmap umap-sphere umap-torus umap-hyperboloid; do
  method=${kind%-*} surface=()
  if [[ $kind == *-* ]]; then surface=(--output-metric "${kind#*-}"); fi
  embed=(embed "$out/points.npy" --method "$method" --index auto "$(few "$method")" "${surface[@]}")
  seed=(--seed 5)
  if [[ $kind == *-* ]]; then compare "$kind.npy" "${embed[@]}"; fi
  "${tools[0]}" "${embed[@]}" --seed 5 -o "$out/map.npy" --save-model "$out/$kind.nfm" --force --progress none -q
  seed=()
  compare "$kind-new.npy" transform "$out/$kind.nfm" "$out/new.npy"
done

if ((failed)); then exit 1; fi
echo "check-hashes: ok"
