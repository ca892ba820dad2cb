// What the declarations in tsne/method.hpp, umap/method.hpp, ... are made of.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <sstream>
#include <string>
#include <type_traits>

#include "nearfold/embed.hpp"
#include "nearfold/error.hpp"
#include "nearfold/params.hpp"
#include "plan/needs.hpp"

namespace nearfold {

/// The same method for less memory, and what changed: "a perplexity of 10".
struct Thriftier {
  Method method;
  std::string what;
};

/// Of an initialization that is given: where a method begins by itself, from which standard
/// deviation on that is worth a warning, and beyond which nothing comes of it.
struct InitWidth {
  double usual = 0, warned = 0, most = 0;
};

/// Throws InvalidInput for less points than any map has.
inline void require_points_for_map(std::int64_t n) {
  if (n >= 4) return;
  throw InvalidInput("there are " + std::to_string(n) + " points; a map needs at least 4");
}

/// `ok` or an error that names the parameter, its value and its range. NaN is never ok.
template <class T>
void require(bool ok, const char* what, T value, const char* range) {
  if (ok) return;
  std::ostringstream text;
  text << what << " is " << value << ", and must be " << range;
  throw InvalidParameter(text.str());
}

/// Throws InvalidInput when these rows of a checkpoint are not of a run of n points, or not finite.
void check_rows(const char* what, const Matrix& rows, std::int64_t n, int dims);

}  // namespace nearfold
