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

/// What one pass over the values finds.
struct Seen {
  BadValues bad = {};
  float spread = 0;  // largest difference from the first row

  Seen operator+(const Seen& next) const { return {bad + next.bad, std::max(spread, next.spread)}; }
};

/// Rows from `number` on, of points whose first row is `row_0`.
Seen look_at(const StoredView& points, std::int64_t number, const float* row_0, const Cpu& on) {
  require_columns(points.cols());
  return parallel_sum(on.threads, points.rows(), kGrain, Seen{},
                      [&](std::int64_t begin, std::int64_t end) {
                        Seen seen;
                        std::vector<float> room = points.room();
                        for (std::int64_t i = begin; i < end; ++i) {
                          const float* const row = points.row(i, room.data());
                          for (std::int64_t c = 0; c < points.cols(); ++c) {
                            const float x = row[c];
                            if (!is_usable(x)) seen.bad.add(number + i, c, x);
                            seen.spread = std::max(seen.spread, std::fabs(x - row_0[c]));
                          }
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

std::string place_in_words(std::int64_t row, std::int64_t column, float value) {
  std::ostringstream text;
  text << "row " << row << ", column " << column << " is " << value;
  return text.str();
}

void BadValues::add(std::int64_t row, std::int64_t col, float value) {
  ++count;
  finite = finite || std::isfinite(value);
  if (first.size() < kNamed) first.push_back({row, col, value});
}

BadValues BadValues::operator+(const BadValues& next) const {
  BadValues sum = *this;
  for (const Place& place : next.first)
    if (sum.first.size() < kNamed) sum.first.push_back(place);
  sum.count += next.count;
  sum.finite = finite || next.finite;
  return sum;
}

std::string BadValues::message() const {
  std::ostringstream text;
  const char* before = "";
  for (const Place& p : first) {
    text << before << place_in_words(p.row, p.col, p.value);
    before = "; ";
  }
  if (count > static_cast<std::int64_t>(kNamed)) text << "; " << count << " such values in all";
  text << (finite ? "; values beyond 1e16 overflow distances: scale the data"
                  : "; remove such rows or fill in the values");
  return text.str();
}

void throw_not_finite() {
  throw Error("the layout is no longer finite; use a smaller learning_rate");
}

void check_points(const StoredView& points, const Cpu& on) {
  check_shape(points.rows(), points.cols());
  PointsCheck check;
  check.add(points, on);
  check.finish();
}

void PointsCheck::add(const StoredView& rows, const Cpu& on) {
  if (rows.rows() == 0) return;
  if (rows_ == 0) {
    first_.resize(static_cast<std::size_t>(rows.cols()));
    rows.copy_row(0, first_.data());
  }
  const Seen seen = look_at(rows, rows_, first_.data(), on);
  bad_ = bad_ + seen.bad;
  spread_ = std::max(spread_, seen.spread);
  rows_ += rows.rows();
}

void PointsCheck::finish() const {
  if (bad_.count > 0) throw InvalidInput(bad_.message());
  require_spread(spread_);
}

void check_shape(std::int64_t rows, std::int64_t cols) {
  if (rows < 2 || rows > std::numeric_limits<std::int32_t>::max())
    throw InvalidInput("there are " + std::to_string(rows) +
                       " points; between 2 and 2147483647 are needed");
  require_columns(cols);
}

void check_values(const StoredView& points, const Cpu& on) {
  if (points.rows() == 0) return require_columns(points.cols());
  std::vector<float> room = points.room();
  const Seen seen = look_at(points, 0, points.row(0, room.data()), on);
  if (seen.bad.count > 0) throw InvalidInput(seen.bad.message());
}

// Most drop out within a few rows.
std::int64_t constant_columns(const StoredView& points) {
  std::vector<std::int64_t> columns(static_cast<std::size_t>(points.cols()));
  std::iota(columns.begin(), columns.end(), std::int64_t{0});
  if (points.rows() == 0) return points.cols();
  std::vector<float> room = points.room(), room_0 = points.room();
  const float* const row_0 = points.row(0, room_0.data());
  for (std::int64_t i = 1; i < points.rows() && !columns.empty(); ++i) {
    const float* const row = points.row(i, room.data());
    std::erase_if(columns, [&](std::int64_t c) { return row[c] != row_0[c]; });
  }
  return std::ssize(columns);
}

}  // namespace nearfold
