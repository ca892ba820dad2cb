#include "cli/square_matrix.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace nearfold::cli {
namespace {

/// Values as they were in the file.
class Values {
 public:
  explicit Values(const io::Points& points) : points_(points) {
    for (std::int64_t j = 0; j < points.cols(); ++j)
      for (const std::int64_t i : {std::int64_t{0}, points.rows() - 1})
        rounding_ = std::max(rounding_, 1e-5 * std::fabs((*this)(i, j)));
  }
  double operator()(std::int64_t i, std::int64_t j) const {
    const auto column = static_cast<std::size_t>(j);
    const double offset = points_.offsets().empty() ? 0 : points_.offsets()[column];
    return static_cast<double>(points_.stored().value(i, j)) + offset;
  }
  double rounding() const { return rounding_; }
  bool is_zero(double value) const { return std::fabs(value) <= rounding_; }

 private:
  const io::Points& points_;
  double rounding_ = 0;
};

/// What two values beside the diagonal leave possible.
struct Possible {
  bool distances, similarities, lower, upper;
  bool is_diagonal = true;  // so far: the identity is no matrix of similarities

  bool any() const { return distances || similarities || lower || upper; }
  void look(double below, double above, double diagonal, const Values& at) {
    is_diagonal = is_diagonal && at.is_zero(below) && at.is_zero(above);
    const bool equal = at.is_zero(below - above);
    distances = distances && equal && below >= -at.rounding();
    similarities = similarities && equal && std::fabs(below) <= diagonal + at.rounding();
    lower = lower && at.is_zero(above) && below >= -at.rounding();
    upper = upper && at.is_zero(below) && above >= -at.rounding();
  }
};

}  // namespace

Square square_of(const io::Points& points) {
  if (points.rows() != points.cols() || points.rows() < 4) return Square::other;
  const Values at(points);
  if (at.rounding() == 0 || !std::isfinite(at.rounding())) return Square::other;
  const double diagonal = at(0, 0);
  const bool zero = at.is_zero(diagonal);
  Possible may{zero, diagonal > at.rounding(), zero, zero};
  for (std::int64_t i = 0; i < points.rows() && may.any(); ++i) {
    if (!at.is_zero(at(i, i) - diagonal)) return Square::other;
    for (std::int64_t j = 0; j < i && may.any(); ++j) may.look(at(i, j), at(j, i), diagonal, at);
  }
  if (may.distances) return Square::distances;
  if (may.similarities && !may.is_diagonal) return Square::similarities;
  return may.lower || may.upper ? Square::triangle : Square::other;
}

}  // namespace nearfold::cli
