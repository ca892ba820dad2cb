#include "knn/sparse_makers.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/parallel.hpp"
#include "knn/metric_rows.hpp"

namespace nearfold {

double length_of(const SparseRow& row, double centre, std::int64_t cols) {
  double sum = 0;
  for (const float v : row.values) {
    const double x = static_cast<double>(v) - centre;
    sum += x * x;
  }
  sum += static_cast<double>(cols - std::ssize(row.values)) * centre * centre;
  return std::sqrt(sum);
}

namespace {

SparseRows as_given(const SparseView& points) {
  SparseRows rows;
  rows.width = points.cols();
  rows.begin = points.indptr();
  rows.columns = points.indices();
  rows.values = points.values();
  return rows;
}

/// What a maker says of one row beside its new values.
struct Made {
  float rest = 0;
  float last = 0;       // in a column behind the others
  bool stored = false;  // whether that is stored: a 0 may be the rest
};

/// Rows that hold a value behind their own, those of `made` that say so.
void append(SparseRows& rows, const std::vector<Made>& made) {
  const std::int64_t n = std::ssize(made);
  SparseMatrix longer{n, rows.width};
  for (std::int64_t i = 0; i < n; ++i) {
    const SparseRow row = rows.row(i);
    longer.indices.insert(longer.indices.end(), row.columns.begin(), row.columns.end());
    longer.values.insert(longer.values.end(), row.values.begin(), row.values.end());
    if (made[static_cast<std::size_t>(i)].stored) {
      longer.indices.push_back(static_cast<std::int32_t>(rows.width - 1));
      longer.values.push_back(made[static_cast<std::size_t>(i)].last);
    }
    longer.indptr.push_back(std::ssize(longer.indices));
  }
  rows.own = std::move(longer);
  rows.begin = rows.own.indptr;
  rows.columns = rows.own.indices;
  rows.values = rows.own.values;
}

/// make(i, row, values) for every point: the columns stay, the values are new.
template <class Make>
SparseRows made_of(const SparseView& points, std::int64_t width, const Cpu& on, const Make& make) {
  SparseRows rows = as_given(points);
  std::vector<Made> made(static_cast<std::size_t>(points.rows()));
  rows.own.values.resize(points.values().size());
  parallel_for(on.threads, points.rows(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      made[static_cast<std::size_t>(i)] =
          make(i, rows.row(i), rows.own.values.data() + rows.begin[static_cast<std::size_t>(i)]);
  });
  rows.values = rows.own.values;
  rows.width = width;
  if (std::any_of(made.begin(), made.end(), [](const Made& m) { return m.rest != 0; }))
    for (const Made& m : made) rows.rests.push_back(m.rest);
  if (std::any_of(made.begin(), made.end(), [](const Made& m) { return m.stored; }))
    append(rows, made);
  return rows;
}

/// Whether all values are one: no direction once the mean is taken from them.
bool is_constant(const SparseRow& row, std::int64_t cols) {
  const float first = std::ssize(row.values) < cols ? 0 : row.values[0];
  return std::all_of(row.values.begin(), row.values.end(), [=](float v) { return v == first; });
}

SparseRows directions(const SparseView& points, const Distance& distance, const Cpu& on) {
  const Directing how = directing(distance);
  const std::int64_t cols = points.cols();
  std::vector<char> has_one(static_cast<std::size_t>(points.rows()));
  SparseRows rows = made_of(
      points, how.width(cols), on, [&](std::int64_t i, const SparseRow& row, float* to) -> Made {
        double sum = 0;
        for (const float v : row.values) sum += static_cast<double>(v);
        const double centre = how.centred ? sum / static_cast<double>(cols) : 0;
        const double length = length_of(row, centre, cols);
        const bool any = length > 0 && !(how.centred && is_constant(row, cols));
        has_one[static_cast<std::size_t>(i)] = any;
        const auto of = [&](double x) {
          return any ? static_cast<float>((x - centre) / length) : 0.0f;
        };
        for (const float v : row.values) *to++ = of(static_cast<double>(v));
        return {how.centred ? of(0) : 0, any ? 0.0f : 1.73205081f,
                how.far && (how.centred || !any)};
      });
  std::vector<std::int64_t> without;
  for (std::int64_t i = 0; i < points.rows(); ++i)
    if (!has_one[static_cast<std::size_t>(i)]) without.push_back(i);
  if (!how.far && !without.empty()) refuse_zero_vectors(without, distance.metric);
  return rows;
}

SparseRows scaled(const SparseView& points, const Distance& distance, const Cpu& on) {
  const std::vector<double> factors = factors_of(distance.params);
  if (factors.empty()) return as_given(points);
  return made_of(points, points.cols(), on,
                 [&](std::int64_t, const SparseRow& row, float* to) -> Made {
                   for (std::size_t e = 0; e < row.values.size(); ++e)
                     to[e] = static_cast<float>(static_cast<double>(row.values[e]) *
                                                factors[static_cast<std::size_t>(row.columns[e])]);
                   return {};
                 });
}

SparseRows share_roots(const SparseView& points, const Cpu& on) {
  return made_of(
      points, points.cols() + 1, on, [&](std::int64_t, const SparseRow& row, float* to) -> Made {
        double sum = 0;
        for (const float v : row.values) sum += static_cast<double>(v);
        for (const float v : row.values)
          *to++ =
              sum > 0 ? static_cast<float>(std::sqrt(static_cast<double>(v) / (2 * sum))) : 0.0f;
        return {0, 0.70710678f, !(sum > 0)};
      });
}

/// 1 for what is not 0.
SparseRows ones(const SparseView& points, const Cpu& on) {
  return made_of(points, points.cols(), on,
                 [](std::int64_t, const SparseRow& row, float* to) -> Made {
                   for (const float v : row.values) *to++ = v != 0 ? 1.0f : 0.0f;
                   return {};
                 });
}

}  // namespace

SparseRows lengthened(const SparseView& points, double longest, const Cpu& on) {
  return made_of(
      points, points.cols() + 1, on, [&](std::int64_t, const SparseRow& row, float* to) -> Made {
        std::copy(row.values.begin(), row.values.end(), to);
        const double length = length_of(row, 0, 0);
        return {
            0,
            static_cast<float>(std::sqrt(std::max(0.0, (longest - length) * (longest + length)))),
            true};
      });
}

SparseRows stretched(const SparseView& queries, double longest, const Cpu& on) {
  std::vector<float> scales(static_cast<std::size_t>(queries.rows()));
  SparseRows rows =
      made_of(queries, queries.cols() + 1, on,
              [&](std::int64_t i, const SparseRow& row, float* to) -> Made {
                const double length = length_of(row, 0, 0);
                const bool any = length > 0 && longest > 0;  // or all products are 0
                const double factor = any ? longest / length : 0;
                for (const float v : row.values)
                  *to++ = any ? static_cast<float>(static_cast<double>(v) * factor) : 0.0f;
                if (any) scales[static_cast<std::size_t>(i)] = static_cast<float>(0.5 / factor);
                return {};
              });
  rows.scales = std::move(scales);
  return rows;
}

SparseRows sparse_rows_of(const SparseView& points, const Distance& distance, const Cpu& on) {
  switch (row_of(distance.metric).points) {
    case PointsAs::given:
    case PointsAs::one_length:
    case PointsAs::bits_or_given:
      return as_given(points);
    case PointsAs::bits:
      return ones(points, on);
    case PointsAs::directions:
    case PointsAs::centred_directions:
      return directions(points, distance, on);
    case PointsAs::scaled:
      return scaled(points, distance, on);
    case PointsAs::share_roots:
      return share_roots(points, on);
    case PointsAs::whitened:
    case PointsAs::places:
      break;
  }
  require_sparse_metric(distance.metric);
  return {};
}

}  // namespace nearfold
