#!/usr/bin/env bash
# Compiles the C++ blocks of README.md and of the pages on C++, each as the body of a function.
#   compile.sh COMPILER REPOSITORY
set -euo pipefail
compiler=$1 repository=$2
source=$(mktemp --suffix .cpp)
trap 'rm -f "$source"' EXIT
{
  cat "$repository/tests/readme/given.hpp"
  awk '/^```cpp/ {inside = 1; print "void block_" ++blocks "() {"; next}
       /^```/ {if (inside) print "}"; inside = 0}
       inside && !/^#include/' "$repository"/{README,docs/cpp,docs/gpu}.md
} >"$source"
"$compiler" -std=c++20 -fsyntax-only -I"$repository/include" -x c++ "$source"
grep -c '^void block_' "$source"
