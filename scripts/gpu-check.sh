#!/usr/bin/env bash
# The one command for a machine with a GPU: builds, passes the tests that need one, compares the
# bytes of GPU and CPU, times both, looks for wrong memory accesses and races, and leaves what it
# found in bench/results/. Needs no network. Fails at the first thing that does not hold.
#
#   scripts/gpu-check.sh [DATA.npy]     n x dim points to time, if not 70,000 deformed digits
#
# FAISS: prefix of FAISS with its GPU part (.deps/faiss-gpu). ARCHITECTURES: as CMake has them
# (native). BUILT=1: build/cuda is there already; made on another machine by
# `NEARFOLD_ARCH=x86-64-v3 scripts/check-cuda.sh FAISS 90`, say, and brought with the libraries that
# it needs, which LD_LIBRARY_PATH names.
set -euo pipefail
cd "$(dirname "$0")/.."

faiss=${FAISS:-.deps/faiss-gpu}
build=build/cuda
tool=$build/nearfold
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export NEARFOLD_REQUIRE_GPU=1 PATH=$PATH:/usr/local/cuda/bin

ask() { nvidia-smi --query-gpu="$1" --format=csv,noheader | head -n 1; }
gpu=$(ask name)
driver=$(ask driver_version)
commit=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
processor="$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) cores"
out=bench/results/$(tr -c 'A-Za-z0-9\n' '-' <<<"$gpu")-$(date +%Y-%m-%d)
mkdir -p bench/results
say() { echo "gpu-check: $*"; }

say "$gpu, driver $driver, commit $commit"
if [[ -n ${BUILT:-} ]]; then
  "$build/tests/cuda_test" --gtest_brief=1
else
  scripts/check-cuda.sh "$faiss" "${ARCHITECTURES:-native}"
fi

# ---- data ----------------------------------------------------------------------------------------
points=${1:-}
data=${points:-$work/points.npy}
if [[ -z $points ]]; then
  "$tool" generate deformed --from data/digits/digits.npy -n 70000 -o "$data" --quiet
fi

# ---- runs ----------------------------------------------------------------------------------------
run() { # name, arguments
  "$tool" embed "$data" -o "$work/$1.npy" --report "$work/$1.json" --force --quiet "${@:2}"
}
hash_of() { sha256sum "$work/$1.npy" | cut -c1-16; }
value() { # name, key of a number
  local number
  number=$(sed -n "s/.*\"$2\": *\([0-9][0-9.e+-]*\).*/\1/p" "$work/$1.json" | head -n 1)
  if [[ -n $number ]]; then LC_ALL=C printf '%.3f' "$number"; fi
}

run warm --device cuda --method umap --index flat
for method in umap tsne; do
  for index in flat ivf; do
    say "$method, $index"
    run "$method-$index-cuda" --device cuda --method $method --index $index
    run "$method-$index-again" --device cuda --method $method --index $index
    [[ $(hash_of "$method-$index-cuda") == $(hash_of "$method-$index-again") ]] ||
      { say "$method over $index differs from run to run" && exit 1; }
  done
  run "$method-flat-cpu" --device cpu --method $method --index flat
done
[[ $(hash_of umap-flat-cuda) == $(hash_of umap-flat-cpu) ]] ||
  { say "UMAP on the GPU has other bytes than on the CPU" && exit 1; }

# ---- what was found ------------------------------------------------------------------------------
sanitized="Accesses and races were not looked for"
write_page() {
  echo "# $gpu"
  echo
  echo "$(date +%Y-%m-%d), driver $driver, commit $commit; host $processor. $("$tool" info | sed -n 's/^cuda  */CUDA /p')."
  echo "Tests pass. UMAP over the exact graph: the CPU's bytes ($(hash_of umap-flat-cpu)). $sanitized."
  echo
  echo "    scripts/gpu-check.sh${points:+ $(basename "$points")}"
  echo
  echo "| map | index | device | knn s | weights s | start s | optimisation s | total s | KL | bytes |"
  echo "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
  for name in umap-flat-cuda umap-ivf-cuda umap-flat-cpu tsne-flat-cuda tsne-ivf-cuda tsne-flat-cpu; do
    IFS=- read -r method index device <<<"$name"
    echo "| $method | $index | $device | $(value $name knn) | $(value $name weights) |" \
      "$(value $name init) | $(value $name optimize) | $(value $name total) |" \
      "$(value $name kl_divergence) | $(hash_of $name) |"
  done
}
write_json() {
  echo "{\"gpu\": \"$gpu\", \"driver\": \"$driver\", \"commit\": \"$commit\", \"host\": \"$processor\","
  echo " \"sanitizers\": \"$sanitized\", \"runs\": {"
  separator=
  for report in "$work"/*-*.json; do
    echo "$separator\"$(basename "$report" .json)\":"
    cat "$report"
    separator=,
  done
  echo "}}"
}
write_results() {
  write_page >"$out.md"
  write_json >"$out.json"
}
write_results # before what takes longest

# ---- accesses and races, on the small cases ------------------------------------------------------
small=OnGpu.FlatNeighboursOfTwinsAreTheCpus:OnGpu.EveryStartIsTheCpus:OnGpu.PointsThereAreChecked
small+=:OnGpu.UmapOfHubsIsTheCpus:OnGpu.ExactTsneIsTheCpus:OnGpu.ARecordingIsReplayed
found=86 # exit code
wrong=
if command -v compute-sanitizer >/dev/null; then
  sanitized="compute-sanitizer"
  for check in memcheck initcheck racecheck; do
    say "$check"
    status=0
    compute-sanitizer --tool "$check" --error-exitcode $found "$build/tests/cuda_test" \
      --gtest_brief=1 --gtest_filter="$small" >"$work/log" 2>&1 || status=$?
    if ((status == 0)); then
      sanitized+=", $check: nothing"
    elif ((status == found)); then
      sanitized+=", $check: ERRORS"
      wrong+=" $check"
      tail -n 40 "$work/log"
    else # not every machine lets it in
      sanitized+=", $check: does not run here (exit $status)"
      tail -n 5 "$work/log"
    fi
  done
  write_results
fi
cat "$out.md"
if [[ -n $wrong ]]; then say "errors are found by$wrong" && exit 1; fi
say "ok: $out.md, $out.json"
