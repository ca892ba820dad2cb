#!/usr/bin/env bash
# Builds the fuzz targets of tests/fuzz with clang's sanitizers and runs each for some seconds from
# its seeds and its corpus; see docs/fuzzing.md. New inputs go to build/fuzz/found/TARGET. Fails at a finding, and
# says where its input is.
#
#   scripts/fuzz.sh [SECONDS] [TARGET...]      60 seconds each, all targets
#
# OPTIONS: more of libFuzzer's, as "-jobs=2".
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-60}
shift || true
targets=("$@")
if ((${#targets[@]} == 0)); then
  for source in tests/fuzz/*_fuzz.cpp; do targets+=("$(basename "$source" _fuzz.cpp)"); done
fi

declare -A dictionary=(
  [npy]=npy [npz]=npy [csv]=csv [cells]=json [graph]=json [index]=json [model]=json [part]=json
  [command_line]=command_line)
# The largest input. What deflate unpacks at 1:1032 and is then widened to float32 has to fit the
# limit of one allocation.
declare -A longest=([graph]=8192 [index]=16384 [model]=16384)

cmake --preset fuzz >/dev/null
cmake --build --preset fuzz >build/fuzz/log || { tail -n 40 build/fuzz/log && exit 1; }
build/fuzz/tests/fuzz/make_seeds build/fuzz/seeds

for target in "${targets[@]}"; do
  found=build/fuzz/found/$target
  findings=build/fuzz/findings/$target
  mkdir -p "$found" "$findings"
  options=(-max_total_time="$seconds" -max_len="${longest[$target]:-4096}" -timeout=10
    -rss_limit_mb=512 -malloc_limit_mb=64 -print_final_stats=1 -artifact_prefix="$findings/")
  if [[ -n ${dictionary[$target]:-} ]]; then
    options+=(-dict="tests/fuzz/dictionaries/${dictionary[$target]}.dict")
  fi
  # The quarantine of freed memory counts in the limit.
  # shellcheck disable=SC2086
  if ! ASAN_OPTIONS=quarantine_size_mb=64 "build/fuzz/tests/fuzz/${target}_fuzz" "${options[@]}" \
    ${OPTIONS:-} "$found" "build/fuzz/seeds/$target" "tests/fuzz/corpus/$target" >"$found.log" 2>&1; then
    grep -v '^#[0-9]*.*\(NEW\|REDUCE\|pulse\)' "$found.log" | tail -n 40
    echo "fuzz: $target failed; the input is in $findings, all it said in $found.log" >&2
    exit 1
  fi
  echo "fuzz: $target," \
    "$(sed -n 's/.*number_of_executed_units: *//p' "$found.log") runs," \
    "$(sed -n 's/.*peak_rss_mb: *//p' "$found.log") MB," \
    "$(sed -n 's/.*DONE .*cov: \([0-9]*\).*/\1/p' "$found.log") edges"
done
echo "fuzz: ok"
