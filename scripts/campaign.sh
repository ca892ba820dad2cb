#!/usr/bin/env bash
# What takes too long for every change, run before a release. Each step is timed, and its last result
# kept in docs/campaign.md, those of other steps with it: so a campaign can be run in parts.
#
#   scripts/campaign.sh [STEP...]     all of them, in this order, unless some are named:
#
# FUZZ_SECONDS (60): of each parser; 600 before a release that changes one. MNIST: its training images,
# from which a million points are made. Logs are in build/campaign. What mutants.py has done is kept in
# build/mutants, and not done again: remove that after changes.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

steps=(tidy hashes asan threads faults fuzz mutants archs gallery release scaling memory)
declare -A what=(
  [tidy]="clang-tidy over all of src/"
  [hashes]="the same bytes from tools for x86-64-v2, x86-64-v3 and this processor"
  [asan]="all tests under address and undefined-behaviour sanitizers, with this processor's widest registers"
  [threads]="tests of threads under the thread sanitizer"
  [faults]="every allocation, write, sync, rename and read fails once; 1,000 kills"
  [fuzz]="${FUZZ_SECONDS:=60} seconds a parser"
  [mutants]="a line of src/ changed at a time: which the tests notice, below"
  [archs]="CUDA for seven architectures: warnings, spills, tests on the host"
  [gallery]="the scripts of examples/python"
  [release]="wheel, sdist and Debian packages, each installed in a bare Debian 12; the container"
  [scaling]="growth up to a million points: [bench/scaling.md](../bench/scaling.md)"
  [memory]="planned memory against peaks: [memory.md](memory.md)"
)
tool=build/cpu-release/nearfold
work=build/campaign

tidy() { scripts/tidy.sh; }
hashes() { scripts/check-hashes.sh x86-64-v2 x86-64-v3; }
asan() {
  cmake --preset asan -B build/asan-native -DNEARFOLD_ARCH=native &&
    cmake --build build/asan-native &&
    ctest --test-dir build/asan-native --output-on-failure --parallel "$(nproc)"
}
threads() { scripts/check-threads.sh; }
faults() { scripts/fault-campaign.sh; }
fuzz() { scripts/fuzz.sh "$FUZZ_SECONDS"; }
# What it writes ends docs/campaign.md.
mutants() {
  local status=0
  scripts/mutants.py || status=$?
  {
    echo "$(sed '/^## Mutants/,$d' docs/campaign.md)"
    echo
    echo "## Mutants"
    echo
    echo "Lines of src/ with one small fault each, by \`scripts/mutants.py\`: killed by a test, or survived."
    echo "Those that no test can tell from the original are explained in scripts/mutants-explained.txt, and"
    echo "count neither way. Fewer than 95 % killed in a folder is a failure."
    echo
    scripts/mutants.py --score | sed -n '/^| folder/,$p'
  } >"$work/page.md" && cp "$work/page.md" docs/campaign.md
  return "$status"
}
archs() { scripts/check-cuda.sh .deps/faiss-gpu "" core knn tsne umap; }

gallery() {
  local python=$PWD/.deps/package-venv/bin/python script
  scripts/python-package.sh && mkdir -p "$work/gallery" || return
  for script in mnist cells fingerprints streaming million; do
    "$python" "examples/python/$script.py" -o "$work/gallery/$script.png" || return
  done
  "$python" examples/python/text.py README.md docs/*.md bench/*.md bench/*/*.md \
    -o "$work/gallery/text.png"
}

release() {
  scripts/install-deps.sh --release && scripts/wheel.sh && scripts/deb.sh &&
    scripts/install-check.sh dist/*.whl dist/*.tar.gz dist/*.deb && scripts/container-check.sh
}

# A million deformed digits of MNIST, and 50 columns of them.
million() {
  local mnist=${MNIST:-../shared/data/mnist/train-images-idx3-ubyte.gz}
  cmake --preset cpu-release && cmake --build --preset cpu-release --target nearfold_tool || return
  if [[ ! -f $work/million50.npy ]]; then
    "$tool" convert "$mnist" -o "$work/mnist.npy" --force &&
      "$tool" generate deformed --from "$mnist" -n 1000000 -o "$work/million.npy" --force &&
      "$tool" convert "$work/mnist.npy" --pca 50 -o "$work/mnist50.npy" --force &&
      "$tool" convert "$work/million.npy" --pca 50 -o "$work/million50.npy" --force
  fi
}
scaling() {
  million && scripts/python-checks.sh && .deps/venv/bin/python bench/scaling.py "$work/million50.npy"
}
# Of docs/memory.md the table; what stands above it is written by hand.
memory() {
  million && python3 bench/memory.py "$tool" "$work"/{mnist,mnist50,million50,million}.npy \
    >"$work/memory.md" &&
    { sed '/^| points/,$d' docs/memory.md && sed -n '/^| points/,$p' "$work/memory.md"; } \
      >"$work/memory-page.md" && cp "$work/memory-page.md" docs/memory.md
}

page=docs/campaign.md
machine="$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) cores"
write_row() { # step, result, seconds
  local row old step
  row="| $1 | ${what[$1]} | $2 | $3 | $(git rev-parse --short HEAD) | $(date +%Y-%m-%d) | $machine |"
  old=$(cat "$page" 2>/dev/null)
  {
    echo "# The last campaign"
    echo
    echo "Made by \`scripts/campaign.sh\`: what \`.ci/run\` leaves out, run before a release. Each row is the"
    echo "last run of that step."
    echo
    echo "| step | what | result | seconds | commit | date | machine |"
    echo "|---|---|---|---|---|---|---|"
    for step in "${steps[@]}"; do
      if [[ $step == "$1" ]]; then echo "$row"; else grep "^| $step |" <<<"$old"; fi
    done
    if grep -q '^## ' <<<"$old"; then echo && sed -n '/^## /,$p' <<<"$old"; fi
  } >"$page"
}

mkdir -p "$work"
failed=()
if (($# == 0)); then set -- "${steps[@]}"; fi
for step in "$@"; do
  if [[ -z ${what[$step]:-} ]]; then echo "campaign: steps are ${steps[*]}, not $step" >&2 && exit 2; fi
done
for step in "$@"; do
  echo "campaign: $step"
  begin=$SECONDS
  if "$step" >"$work/$step.log" 2>&1; then
    result=passed
  else
    result=FAILED
    failed+=("$step")
    tail -n 40 "$work/$step.log"
  fi
  write_row "$step" "$result" $((SECONDS - begin))
done
if ((${#failed[@]})); then echo "campaign: failed: ${failed[*]}" >&2 && exit 1; fi
echo "campaign: ok"
