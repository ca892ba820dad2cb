#!/usr/bin/env bash
# What a GPU shows, in the order of its worth: facts, every test that needs one, what the card can do at
# most, maps held against the processor's bytes, times at 70,000 and a million points, wrong memory accesses.
# Each step is a process of its own under a time limit, and is written down as it ends: a failure, a crash
# or a hang costs that step alone. Needs no network, compiler or other library than CUDA's.
#
#   gpu-check.sh RESULTS [SECONDS]     from the bundle of scripts/gpu-bundle.sh; 480 s unless given. Steps
#                                      that RESULTS has already are kept, so a second call does the rest
#
# RESULTS: page.md to read, steps.tsv, runs.jsonl, log. Exit code 1 when a step failed. STEP_LIMIT: seconds
# that no step may take, if not its own.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
results=${1:?a folder for what is found} deadline=$((SECONDS + ${2:-480}))
mkdir -p "$results"
results=$(cd "$results" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
touch "$results"/{steps.tsv,runs.jsonl,log}

# ---- steps ---------------------------------------------------------------------------------------
# step NAME LIMIT COMMAND...: its output goes to the log and stays in $work/out for what follows.
step() {
  local name=$1 limit=$2 status=0 begin=$EPOCHREALTIME left=$((deadline - SECONDS)) took
  shift 2
  if ((${STEP_LIMIT:-limit} < limit)); then limit=$STEP_LIMIT; fi
  # Without a row of its own a step is for the next call.
  if grep -q "^$name	" "$results/steps.tsv" || ((left < 5)); then return 1; fi
  timeout -k 2 "$((limit < left ? limit : left))" "$@" >"$work/out" 2>&1 || status=$?
  if ((status == 124 && left < limit)); then return 1; fi
  took=$(awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }')
  printf '%s\t%s\t%s\n' "$name" "$(word "$status")" "$took" >>"$results/steps.tsv"
  { echo "==== $name: $(word "$status"), $took s: $*" && tail -c 20000 "$work/out"; } >>"$results/log"
  echo "gpu-check: $name: $(word "$status"), $took s"
  ((status == 0))
}
word() {
  case $1 in
    0) echo ok ;;
    124 | 137) echo 'TOO LONG' ;;
    *) if (($1 > 128)); then echo "CRASHED ($(kill -l $(($1 - 128))))"; else echo "FAILED ($1)"; fi ;;
  esac
}
# keep NAME: the lines of JSON that a step printed.
keep() { sed -n "s/^{/{\"step\":\"$1\",/p" "$work/out" >>"$results/runs.jsonl"; }

# run NAME LIMIT POINTS METHOD INDEX ITERATIONS: the map twice, and the processor's if it is expected.
run() {
  local name=$1 limit=$2 expected
  shift 2
  step "$name" "$limit" "$here/bin/gpu_runs" "$@" cuda || return
  keep "$name"
  cp "$work/out" "$work/maps"
  step "$name-twice-the-same" 5 sh -c "[ \$(grep -o '\"map\":\"[^\"]*\"' '$work/maps' | sort -u | wc -l) = 1 ]"
  expected=$(sed -n "s/^$name //p" "$here/expected")
  if [[ -n $expected ]]; then step "$name-as-the-processor" 5 grep -q "$expected" "$work/maps"; fi
}

# ---- where CUDA's libraries are ------------------------------------------------------------------
export LD_LIBRARY_PATH=$here/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} NEARFOLD_REQUIRE_GPU=1
export PATH=$PATH:/usr/local/cuda/bin
missing() { ldd "$here"/bin/* 2>/dev/null | awk '/not found/ { print $1 }' | sort -u; }
for library in $(missing); do
  at=$(find / -xdev \( -name proc -o -name sys \) -prune -o -name "$library" -print -quit 2>/dev/null)
  if [[ -n $at ]]; then export LD_LIBRARY_PATH=$LD_LIBRARY_PATH:${at%/*}; fi
done

# ---- facts ---------------------------------------------------------------------------------------
ask() { nvidia-smi --query-gpu="$1" --format=csv,noheader 2>/dev/null | head -n 1; }
step libraries 10 sh -c "! ldd $here/bin/* 2>&1 | grep 'not found'"
step driver 20 nvidia-smi
step info 30 "$here/bin/nearfold" info
step context 60 "$here/bin/gpu_rates" context

# ---- tests, each in a process of its own ---------------------------------------------------------
tests=$("$here/bin/cuda_test" --gtest_list_tests 2>/dev/null |
  awk '/^[^ ]/ { suite = $1; next } { print suite $1 }')
if [[ -z $tests ]]; then step tests 5 false; fi
for test in $tests; do
  step "test:$test" 60 "$here/bin/cuda_test" --gtest_brief=1 --gtest_filter="$test"
done

# ---- what the card can do ------------------------------------------------------------------------
for measure in $("$here/bin/gpu_rates" 2>/dev/null); do
  if [[ $measure != context ]]; then step "rates:$measure" 30 "$here/bin/gpu_rates" "$measure"; fi
done

# ---- maps ----------------------------------------------------------------------------------------
points=("$here"/data/points.*)
digits=$here/data/digits/digits.npy
run digits-umap-flat 60 "$digits" umap flat 200
run digits-tsne-flat 60 "$digits" tsne flat 250
run umap-flat 60 "${points[0]}" umap flat 200
run tsne-flat 60 "${points[0]}" tsne flat 1000
run umap-ivf 60 "${points[0]}" umap ivf 200

# A million points by the tool, the graph once and both maps from it.
million=$work/million.npy
tool() { # NAME LIMIT ARGUMENTS...
  step "$1" "$2" "$here/bin/nearfold" "${@:3}" --json --quiet --force || return
  tr -d '\n' <"$work/out" | sed 's/$/\n/' | sed -n "s/^{/{\"step\":\"$1\",/p" >>"$results/runs.jsonl"
}
if ! grep -q '^1M-umap	' "$results/steps.tsv" && ((deadline - SECONDS > 60)) &&
  "$here/bin/nearfold" generate deformed --from "${points[0]}" -n 1000000 -o "$million" --quiet 2>>"$results/log"; then
  tool 1M-knn-flat 90 knn "$million" -k 90 --index flat --device cuda -o "$work/graph.npz"
  tool 1M-tsne 60 embed "$million" --knn "$work/graph.npz" --method tsne --max-iter 1000 --device cuda -o "$work/map.npy"
  tool 1M-umap 60 embed "$million" --knn "$work/graph.npz" --method umap --n-epochs 200 --device cuda -o "$work/map.npy"
  tool 1M-knn-ivf 90 knn "$million" -k 15 --index ivf --device cuda -o "$work/graph.npz"
fi

# ---- wrong accesses, on small cases --------------------------------------------------------------
small=OnGpu.FlatNeighboursOfTwinsAreTheCpus:OnGpu.EveryStartIsTheCpus:OnGpu.PointsThereAreChecked
small+=:OnGpu.FamiliesAreTheCpus:OnGpu.UmapOfHubsIsTheCpus:OnGpu.ExactTsneIsTheCpus:OnGpu.ARecordingIsReplayed
if command -v compute-sanitizer >/dev/null; then
  for check in memcheck initcheck; do
    step "$check" 120 compute-sanitizer --tool "$check" --error-exitcode 86 \
      "$here/bin/cuda_test" --gtest_brief=1 --gtest_filter="$small"
  done
fi

# ---- the page ------------------------------------------------------------------------------------
bad=$(awk -F'\t' '$2 != "ok"' "$results/steps.tsv")
{
  echo "# $(ask name || true)"
  echo
  echo "$(date +%Y-%m-%d), driver $(ask driver_version), nearfold at $(cat "$here/commit"); host" \
    "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) cores."
  echo "$(grep -c '	ok	' "$results/steps.tsv") steps of $(wc -l <"$results/steps.tsv") succeeded."
  echo
  echo "    gpu-bundle/gpu-check.sh RESULTS"
  echo
  echo "| step | | s |"
  echo "| --- | --- | --- |"
  sed 's/^/| /; s/\t/ | /g; s/$/ |/' "$results/steps.tsv"
  echo
  echo '```'
  sed -n '/^==== \(rates\|context\)/,/^==== /p' "$results/log" | grep -v '^===='
  echo '```'
  echo
  echo "Seconds by stage, and everything else of each run, are in runs.jsonl."
} >"$results/page.md"
cat "$results/page.md"
if [[ -n $bad ]]; then echo "gpu-check: failed:" && echo "$bad" && exit 1; fi
echo "gpu-check: ok"
