#include "core/check_points.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <sstream>
#include <string>
#include <vector>

#include "core/parallel.hpp"
#include "nearfold/error.hpp"

namespace nearfold {
namespace {

void require_columns(std::int64_t cols) {
  if (cols < 1) throw InvalidInput("points have no coordinates; at least 1 column is needed");
}

/// Values that no distance can be made of: how many, and where the first are.
struct BadValues {
  static constexpr std::size_t kNamed = 5;
  struct Place {
    std::int64_t row, col;
    float value;
  };
  std::int64_t count = 0;
  bool finite = false;  // any of them
  std::vector<Place> first = {};

  void add(std::int64_t row, std::int64_t col, float value) {
    ++count;
    finite = finite || std::isfinite(value);
    if (first.size() < kNamed) first.push_back({row, col, value});
  }
  BadValues operator+(const BadValues& next) const {
    BadValues sum = *this;
    for (const Place& place : next.first)
      if (sum.first.size() < kNamed) sum.first.push_back(place);
    sum.count += next.count;
    sum.finite = finite || next.finite;
    return sum;
  }
  std::string message() const {
    std::ostringstream text;
    const char* before = "";
    for (const Place& p : first) {
      text << before << "row " << p.row << ", column " << p.col << " is " << p.value;
      before = "; ";
    }
    if (count > static_cast<std::int64_t>(kNamed)) text << "; " << count << " such values in all";
    text << (finite ? "; values beyond 1e16 overflow distances: scale the data"
                    : "; remove such rows or fill in the values");
    return text.str();
  }
};

/// What one pass over the values finds.
struct Seen {
  BadValues bad = {};
  float spread = 0;  // largest difference from the first row

  Seen operator+(const Seen& next) const { return {bad + next.bad, std::max(spread, next.spread)}; }
};

Seen look_at(HostMatrix<const float> points, const Cpu& on) {
  require_columns(points.cols());
  return parallel_sum(on.threads, points.rows(), kGrain, Seen{},
                      [&](std::int64_t begin, std::int64_t end) {
                        Seen seen;
                        for (std::int64_t i = begin; i < end; ++i)
                          for (std::int64_t c = 0; c < points.cols(); ++c) {
                            const float x = points.row(i)[c];
                            if (!is_usable(x)) seen.bad.add(i, c, x);
                            seen.spread = std::max(seen.spread, std::fabs(x - points.row(0)[c]));
                          }
                        return seen;
                      });
}

/// Squares of such differences, and of those between neighbours, which are smaller by far, leave
/// the range of float32: rows would be equal that are not.
void require_spread(float spread) {
  constexpr float kLeast = 1e-16F;
  if (spread == 0 || spread >= kLeast) return;
  std::ostringstream text;
  text << "the points differ from row 0 by " << spread
       << " at most; differences below 1e-16 underflow in distances: scale the data, by 1e"
       << static_cast<int>(std::ceil(-std::log10(spread)));
  throw InvalidInput(text.str());
}

}  // namespace

void throw_not_finite() {
  throw Error("the layout is no longer finite; use a smaller learning_rate");
}

void check_points(HostMatrix<const float> points, const Cpu& on) {
  check_shape(points.rows(), points.cols());
  const Seen seen = look_at(points, on);
  if (seen.bad.count > 0) throw InvalidInput(seen.bad.message());
  require_spread(seen.spread);
}

void check_shape(std::int64_t rows, std::int64_t cols) {
  if (rows < 2 || rows > std::numeric_limits<std::int32_t>::max())
    throw InvalidInput("there are " + std::to_string(rows) +
                       " points; between 2 and 2147483647 are needed");
  require_columns(cols);
}

void check_values(HostMatrix<const float> points, const Cpu& on) {
  const Seen seen = look_at(points, on);
  if (seen.bad.count > 0) throw InvalidInput(seen.bad.message());
}

// Most drop out within a few rows.
std::int64_t constant_columns(HostMatrix<const float> points) {
  std::vector<std::int64_t> columns(static_cast<std::size_t>(points.cols()));
  std::iota(columns.begin(), columns.end(), std::int64_t{0});
  for (std::int64_t i = 1; i < points.rows() && !columns.empty(); ++i)
    std::erase_if(columns, [&](std::int64_t c) { return points.row(i)[c] != points.row(0)[c]; });
  return std::ssize(columns);
}

}  // namespace nearfold
