#!/usr/bin/env bash
# Builds with CUDA where there need not be a GPU, and checks what can be checked there: no warnings,
# no kernel that spills registers, one binary that runs without a driver. Tests that need a GPU say
# that they were skipped; those of loop bodies, which the host runs, are part of every build.
#
#   scripts/check-cuda.sh [FAISS] [ARCHITECTURES] [FOLDER...]
#       FAISS           the prefix of one with its GPU part, if not .deps/faiss-gpu
#       ARCHITECTURES   as CMake has them, if not all of cmake/cuda.cmake
#       FOLDER          of tests/ to build and run as well
#
# NEARFOLD_ARCH: of the processor, if not this one's (cmake/compiler.cmake).
set -euo pipefail
cd "$(dirname "$0")/.."

faiss=$(realpath "${1:-.deps/faiss-gpu}")
build=build/cuda
export PATH=$PATH:/usr/local/cuda/bin

cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DNEARFOLD_CUDA=ON \
  -DCMAKE_COMPILE_WARNING_AS_ERROR=ON \
  -DCMAKE_PREFIX_PATH="$faiss" ${NEARFOLD_ARCH:+-DNEARFOLD_ARCH="$NEARFOLD_ARCH"} \
  ${2:+-DCMAKE_CUDA_ARCHITECTURES="$2"} >/dev/null
touch kernels/*/*.cu # so that ptxas tells of all of them
folders=(cuda "${@:3}")
cmake --build "$build" --target nearfold_tool "${folders[@]/%/_test}" \
  readme_blocks device_pointers faiss_graph gpu_rates gpu_runs >"$build/log" ||
  { tail -n 40 "$build/log" && exit 1; }

kernels=$(grep -c 'bytes spill stores' "$build/log" || true)
if ((kernels == 0)); then echo "check-cuda: ptxas told of no kernel" && exit 1; fi
if grep 'bytes spill stores' "$build/log" | grep -qv ' 0 bytes spill stores, 0 bytes spill loads'; then
  grep -B2 '[1-9][0-9]* bytes spill' "$build/log"
  echo "check-cuda: a kernel spills registers" && exit 1
fi

for folder in "${folders[@]}"; do
  "$build/tests/${folder}_test" --gtest_brief=1
done
# What users copy: the C++ of docs/gpu.md, and the examples that know of GPUs and of FAISS.
ctest --test-dir "$build" --output-on-failure --no-tests=error -R '^docs:cpp|^example:(device|faiss)'
if [[ -n ${NEARFOLD_REQUIRE_GPU:-} ]]; then "$build/tests/examples/device_pointers" | grep 'mapped on cuda'; fi
"$build/nearfold" info >/dev/null
if [[ -z ${NEARFOLD_REQUIRE_GPU:-} && ! -e /dev/nvidia0 ]]; then
  status=0
  "$build/nearfold" embed data/digits/digits.npy -o "$build/none.npy" --method umap --device cuda --force \
    --quiet 2>/dev/null || status=$?
  if ((status != 6)); then echo "check-cuda: exit $status without a GPU, not 6" && exit 1; fi
fi
echo "check-cuda: $kernels kernels, none spills"
