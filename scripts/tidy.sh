#!/usr/bin/env bash
# clang-tidy with the list in .clang-tidy, warnings as errors.
#
#   scripts/tidy.sh             all of src/
#   scripts/tidy.sh --changed   the files of src/ that differ from BASE or include a header that does,
#                               20 at most, those of most changed lines. Others are named.
#
# BASE: a commit; if not given, the last one that landed. A clone does not know which that is, so it
# is taken for the newest one six hours older than HEAD: more may be looked at than differs, not less.
set -euo pipefail
cd "$(dirname "$0")/.."
most=20

last_landed() {
  git rev-list -n 1 --first-parent --min-age=$(($(git log -1 --format=%ct) - 6 * 3600)) HEAD
}

# "LINES FILE" of all that differ from commit $1.
differing() {
  local added removed file
  git diff --numstat -M -z "$1" -- include src kernels |
    while IFS=$'\t' read -r -d '' added removed file; do
      if [[ -z $file ]]; then read -r -d '' && read -r -d '' file; fi # moved: from, to
      if ((added + removed > 0)) && [[ -f $file ]]; then echo "$((added + removed)) $file"; fi
    done
  git ls-files --others --exclude-standard include src kernels | sed 's/^/1000 /'
}

# The same of what is compiled: lines of a header count for every file that includes it.
compiled() {
  local lines file name
  while read -r lines file; do
    name=${file#src/}
    case $file in
      src/*.cpp) echo "$lines $file" ;;
      *.hpp) grep -rlE --include='*.cpp' "^#include [<\"]${name#include/}[>\"]" src |
        sed "s/^/$lines /" || true ;;
    esac
  done | awk '{lines[$2] += $1} END {for (file in lines) print lines[file], file}' |
    sort -k1,1nr -k2 | cut -d ' ' -f 2
}

cmake --preset tidy >/dev/null
files=("^$PWD/src/")
if [[ ${1:-} == --changed ]]; then
  base=${BASE:-$(last_landed)}
  mapfile -t files < <(differing "${base:-$(git hash-object -t tree /dev/null)}" | compiled)
  echo "tidy: ${#files[@]} files differ from ${base:-nothing} or include what does"
  if ((${#files[@]} == 0)); then exit; fi
  for file in "${files[@]:most}"; do echo "tidy: left to scripts/campaign.sh: $file"; done
  files=("${files[@]:0:most}")
  files=("${files[@]/#/^$PWD/}")
fi
run-clang-tidy -p build/tidy -quiet "${files[@]}" 2>/dev/null ||
  { echo "tidy: failed" >&2 && exit 1; }
echo "tidy: ok"
