#!/usr/bin/env bash
# Packs everything that scripts/gpu-check.sh needs on a machine that has a driver, the CUDA libraries and
# nothing else: stripped programs, the libraries that they load, points to map, and what a processor makes
# of these.
#
#   scripts/gpu-bundle.sh OUT.tar.xz POINTS [ARCHITECTURES]    POINTS as for nearfold embed; 90 unless given
#
# There: tar -xf OUT.tar.xz && gpu-bundle/gpu-check.sh RESULTS. FAISS (.deps/faiss-gpu): the prefix of one
# with its GPU part.
set -euo pipefail
cd "$(dirname "$0")/.."

out=${1:?a file} points=${2:?the points to map} architectures=${3:-90}
faiss=$(realpath "${FAISS:-.deps/faiss-gpu}")
build=build/gpu-bundle
bundle=$build/gpu-bundle
limit=60 # MiB, packed
export PATH=$PATH:/usr/local/cuda/bin
say() { echo "gpu-bundle: $*"; }

cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DNEARFOLD_CUDA=ON -DNEARFOLD_HDF5=OFF \
  -DNEARFOLD_ARCH=x86-64-v3 -DCMAKE_CUDA_ARCHITECTURES="$architectures" -DCMAKE_PREFIX_PATH="$faiss" >/dev/null
programs=(nearfold_tool cuda_test gpu_rates gpu_runs)
cmake --build "$build" --target "${programs[@]}" >"$build/log" || { tail -n 40 "$build/log" && exit 1; }

rm -rf "$bundle"
mkdir -p "$bundle/bin" "$bundle/lib" "$bundle/data"
for program in nearfold tests/cuda_test gpu_rates gpu_runs; do
  strip -o "$bundle/bin/${program##*/}" "$build/$program"
done

# All but CUDA's own, which are large and of the machine, the driver's, and the C library, which is older
# here than there.
ours='lib(c|m|dl|rt|pthread|cuda|cudart|cublas|cublasLt|cufft|nvidia-[a-z]*)\.so|ld-linux'
for program in "$bundle"/bin/*; do
  LD_LIBRARY_PATH=$faiss/lib ldd "$program"
done | awk '/=> \// { print $3 }' | sort -u | grep -vE "/($ours)" | while read -r library; do
  cp -L "$library" "$bundle/lib/"
done
strip --strip-unneeded "$bundle"/lib/*

cp scripts/gpu-check.sh "$bundle/"
git rev-parse --short HEAD >"$bundle/commit"
cp -r data/digits "$bundle/data/"
cp "$points" "$bundle/data/points.${points#*.}"
say "what the processor makes of the points"
run() { # NAME POINTS METHOD INDEX ITERATIONS
  LD_LIBRARY_PATH=$bundle/lib "$bundle/bin/gpu_runs" "$bundle/data/$2" "$3" "$4" "$5" cpu |
    sed -n "1s/.*\"map\":\"\([^\"]*\)\".*/$1 \1/p"
}
{
  run umap-flat "points.${points#*.}" umap flat 200
  run umap-ivf "points.${points#*.}" umap ivf 200
  run digits-umap-flat digits/digits.npy umap flat 200
  run digits-tsne-flat digits/digits.npy tsne flat 250
} >"$bundle/expected"

tar -C "$build" -c gpu-bundle | xz -T0 -9 >"$out"
size=$(($(stat -c %s "$out") >> 20))
say "$out: $size MiB, unpacked $(du -sm "$bundle" | cut -f 1)"
if ((size >= limit)); then say "that is more than $limit MiB" && exit 1; fi
