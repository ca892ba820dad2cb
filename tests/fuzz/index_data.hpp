// The points of all indexes in the corpus. More than the 64 rows that a search compares with its
// index before it trusts it, so that a mutated row can get past that.
#pragma once

#include "support/data.hpp"

namespace nearfold::fuzz {

inline Matrix index_points() {
  return data::normals(70, 3, 1);
}

}  // namespace nearfold::fuzz
