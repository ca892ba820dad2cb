#!/usr/bin/env bash
# Fails when a file includes one from a folder above its own. The order of folders, lowest first, is
# written here and nowhere else; a file named by its path stands where it is named. kernels/X stands
# with src/X, as far as the flow (pipeline.hpp) goes.
#
#   scripts/check-includes.sh
set -euo pipefail
cd "$(dirname "$0")/.."

order=(
  include/nearfold
  src/math src/core kernels/core
  src/linalg kernels/linalg
  src/graph/graph.hpp src/target/target.hpp src/optimizer.hpp src/stages.hpp
  src/plan/needs.hpp src/method_contract.hpp
  src/model/placement.hpp src/model/placer.hpp src/model/side_by_side.hpp
  kernels/model/placement.hpp
  src/graph kernels/graph
  src/knn kernels/knn
  src/weights kernels/weights
  src/target
  src/init kernels/init
  src/tsne kernels/tsne
  src/pacmap kernels/pacmap
  src/umap kernels/umap kernels src/method.hpp
  src/quality
  src/plan
  src/run/source.hpp src/run/check_run.hpp src/run/held_points.hpp src/pipeline.hpp src/run
  src/model kernels/model
  src/aligned
  src/data src/io src/plot src/cli
  src/manual
)

git ls-files -z include src kernels | grep -zE '\.(hpp|cpp|cuh|cu)$' |
  xargs -0 grep -HnE '^#include "' |
  awk -v order="${order[*]}" '
    BEGIN { count = split(order, place, " "); for (i = 1; i <= count; ++i) level[place[i]] = i }
    # The level of the longest prefix that stands in the order; a .cpp has that of its header.
    function level_of(path,   folder) {
      sub(/\.cpp$/, ".hpp", path)
      for (folder = path; folder != ""; ) {
        if (folder in level) return level[folder]
        if (!sub(/\/[^\/]*$/, "", folder)) break
      }
      print "check-includes: no place in the order for " path; failed = 1
      return 0
    }
    {
      split($0, part, ":"); from = part[1]; line = part[2]
      match($0, /"[^"]+"/); name = substr($0, RSTART + 1, RLENGTH - 2)
      if (name ~ /^nearfold\//) to = "include/" name
      else if (name ~ /^kernels\//) to = name
      else to = "src/" name
      if (level_of(to) > level_of(from)) {
        print from ":" line ": includes " to ", which stands above it"; failed = 1
      }
    }
    END { exit failed }' ||
  { echo "check-includes: failed; the order of folders is in scripts/check-includes.sh" >&2 && exit 1; }
echo "check-includes: ok"
