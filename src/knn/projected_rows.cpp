#include "knn/projected_rows.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/float_rows.hpp"
#include "core/parallel.hpp"
#include "core/simd_fixed.hpp"
#include "core/take_rows.hpp"
#include "linalg/axis_scores.hpp"
#include "linalg/pca_axes.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kPad = 2 * std::int64_t{kLanes};  // columns measured at a time
static_assert(kPad == kShortPad);
constexpr std::int64_t kLeaf = 256;  // rows of a leaf
constexpr std::int64_t kGroup = 4;   // rows measured side by side

// ---- the measures -----------------------------------------------------------------------------

/// <a, rows[r]> for four rows at once: sixteen partial sums each, in a fixed order.
void dots(const float* a, const float* const* rows, std::int64_t width, float* out) {
  static_assert(kGroup == 4);
  const float *const r0 = rows[0], *const r1 = rows[1], *const r2 = rows[2], *const r3 = rows[3];
  Float16 s0 = {}, s1 = {}, s2 = {}, s3 = {};  // by name: GCC keeps an array of them in memory
  for (std::int64_t c = 0; c < width; c += kPad) {
    const Float16 column = load16(a + c);
    s0 += column * load16(r0 + c);
    s1 += column * load16(r1 + c);
    s2 += column * load16(r2 + c);
    s3 += column * load16(r3 + c);
  }
  out[0] = sum(folded(s0));
  out[1] = sum(folded(s1));
  out[2] = sum(folded(s2));
  out[3] = sum(folded(s3));
}

/// measures[c] for the rows row_of(c). The last group is filled up with its own last row, so that
/// every row meets the same arithmetic.
template <class RowOf>
void measure_all(const KnnRows& among, const float* query, float query_square, std::int64_t count,
                 const RowOf& row_of, float* measures) {
  const std::int64_t width = among.rows.cols();
  if (!by_products(among.norm)) {
    for (std::int64_t c = 0; c < count; ++c)
      measures[c] = measure_rows(among.norm, query, among.rows.row(row_of(c)), width);
    return;
  }
  for (std::int64_t c = 0; c < count; c += kGroup) {
    for (std::int64_t next = c + kGroup; next < std::min(c + 2 * kGroup, count); ++next)
      prefetch_row(among.rows.row(row_of(next)), width);
    const float* rows[kGroup];
    float products[kGroup];
    for (int r = 0; r < kGroup; ++r) rows[r] = among.rows.row(row_of(std::min(c + r, count - 1)));
    dots(query, rows, width, products);
    for (int r = 0; r < kGroup && c + r < count; ++r)
      measures[c + r] = (query_square - 2.0f * products[r]) +
                        among.squares[static_cast<std::size_t>(row_of(c + r))];
  }
}

// ---- the rows ---------------------------------------------------------------------------------

/// All points as rows in their own order.
struct Projected {
  Matrix rows;
  std::vector<float> squares;

  Projected(const StoredView& points, const Projection& projection, const Measure& norm,
            const Cpu& on)
      : rows(points.rows(), knn_row_width(projection, norm)) {
    if (by_products(norm)) squares.resize(static_cast<std::size_t>(points.rows()));
    parallel_for(on.threads, points.rows(), kGrain, [&](std::int64_t begin, std::int64_t end) {
      for_float_rows(points, begin, end,
                     [&](std::int64_t first, std::span<const float* const> some) {
                       make_knn_rows(some, projection, norm, rows.row(first),
                                     squares.data() + (by_products(norm) ? first : 0));
                     });
    });
  }
};

// ---- the axes ---------------------------------------------------------------------------------

std::vector<float> mean_of(const Matrix& sample) {
  std::vector<double> sums(static_cast<std::size_t>(sample.cols()));
  for (std::int64_t r = 0; r < sample.rows(); ++r)
    for (std::size_t c = 0; c < sums.size(); ++c) sums[c] += static_cast<double>(sample.row(r)[c]);
  std::vector<float> mean(sums.size());
  for (std::size_t c = 0; c < sums.size(); ++c)
    mean[c] = static_cast<float>(sums[c] / static_cast<double>(sample.rows()));
  return mean;
}

/// Leading axes that carry enough of the sample's variance; none when there are too few.
std::int64_t useful_axes(const Matrix& sample, const Projection& all, double wanted,
                         const Cpu& on) {
  const Projected scores(sample.view(), all, Norm::l2, on);
  const auto count = static_cast<std::size_t>(all.axes.rows());
  std::vector<double> sums(count);
  double total = 0, carried = 0;
  for (std::int64_t r = 0; r < sample.rows(); ++r) {
    total += static_cast<double>(scores.squares[static_cast<std::size_t>(r)]);
    const float* const row = scores.rows.row(r);
    for (std::size_t a = 0; a < count; ++a)
      sums[a] += static_cast<double>(row[a]) * static_cast<double>(row[a]);
  }
  for (std::size_t a = 0; a < count; ++a) {
    carried += sums[a];
    if (carried >= wanted * total) return static_cast<std::int64_t>(a + 1);
  }
  return 0;
}

// ---- the order --------------------------------------------------------------------------------

/// Places [begin, end) of the order, which are one leaf or more.
struct Node {
  std::int64_t begin, end;
};

/// The column in which these rows differ most.
std::size_t widest_column(const Matrix& rows, const std::vector<std::int32_t>& order, Node node) {
  const std::int64_t columns = std::min(rows.cols(), kLeafColumns);
  std::vector<float> low(static_cast<std::size_t>(columns), HUGE_VALF),
      high(low.size(), -HUGE_VALF);
  for (std::int64_t p = node.begin; p < node.end; ++p) {
    const float* const row = rows.row(order[static_cast<std::size_t>(p)]);
    for (std::size_t c = 0; c < low.size(); ++c) {
      low[c] = std::min(low[c], row[c]);
      high[c] = std::max(high[c], row[c]);
    }
  }
  std::size_t widest = 0;
  for (std::size_t c = 1; c < low.size(); ++c)
    if (high[c] - low[c] > high[widest] - low[widest]) widest = c;
  return widest;
}

/// Parts a node at the median of that column. Whole leaves are on the left, so that blocks of kLeaf
/// rows are leaves. Returns where the right half begins.
std::int64_t split(const Matrix& rows, std::vector<std::int32_t>& order, Node node) {
  const std::size_t widest = widest_column(rows, order, node);
  const std::int64_t leaves = (node.end - node.begin + kLeaf - 1) / kLeaf;
  const std::int64_t middle = node.begin + (leaves / 2) * kLeaf;
  std::nth_element(order.begin() + node.begin, order.begin() + middle, order.begin() + node.end,
                   [&](std::int32_t a, std::int32_t b) {
                     const float x = rows.row(a)[widest], y = rows.row(b)[widest];
                     return x < y || (x == y && a < b);
                   });
  return middle;
}

/// Of rows of bits by how many there are in each of their words.
std::vector<std::int32_t> leaf_order_of_bits(const Matrix& rows, const Cpu& on) {
  const std::vector<float> none(static_cast<std::size_t>(rows.cols()));
  Matrix counts(rows.rows(), rows.cols() / 2);
  parallel_for(on.threads, rows.rows(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r)
      for (std::int64_t w = 0; w < counts.cols(); ++w)
        counts.row(r)[w] = static_cast<float>(unequal_bits(rows.row(r) + 2 * w, none.data(), 2));
  });
  return leaf_order(counts, on);
}

}  // namespace

Projection::Projection(std::vector<float> mean_of_all, Matrix all_axes, const Cpu& on)
    : ShortAxes{std::move(mean_of_all), std::move(all_axes)}, axis_panels(axes.view(), on) {}

std::vector<std::int64_t> axes_sample(std::int64_t n) {
  constexpr std::int64_t kRows = 4096;
  const std::int64_t count = std::min(kRows, n);
  std::vector<std::int64_t> rows;
  for (std::int64_t r = 0; r < count; ++r) rows.push_back(r * n / count);
  return rows;
}

Projection make_projection(const StoredView& points, double carried, const Cpu& on) {
  ShortAxes by =
      short_axes(take_rows(points, axes_sample(points.rows())), points.rows(), carried, on);
  return {std::move(by.mean), std::move(by.axes), on};
}

ShortAxes short_axes(const Matrix& sample, std::int64_t n, double carried, const Cpu& on) {
  std::vector<float> mean = mean_of(sample);
  const int most = static_cast<int>(std::min<std::int64_t>(192, sample.cols() / 2));
  // Of fewer points the axes take longer to find than they save: n of them save n^2 dim products,
  // and cost some n dim `most` (784 columns: equal at 7,000 points, three times the time at 2,000).
  if (sample.cols() < 128 || n < std::int64_t{30} * most) return {std::move(mean), {}};
  const Matrix found = principal_axes(sample, most, 3, mean, 0, on);
  Matrix axes(found.rows(), padded_width(found.cols()));
  for (std::int64_t a = 0; a < axes.rows(); ++a)
    std::copy_n(found.row(a), found.cols(), axes.row(a));
  const std::int64_t kept = useful_axes(sample, {mean, axes, on}, carried, on), width = axes.cols();
  std::vector<float> values = std::move(axes).values();
  values.resize(static_cast<std::size_t>(kept * width));
  return {std::move(mean), Matrix(kept, width, std::move(values))};
}

std::int64_t knn_row_width(const Projection& projection, Norm norm) {
  return padded_width(by_products(norm) && !projection.lossless()
                          ? projection.axes.rows()
                          : static_cast<std::int64_t>(projection.mean.size()));
}

void make_knn_rows(std::span<const float* const> points, const Projection& projection,
                   const Measure& norm, float* rows, float* squares) {
  const std::size_t dim = projection.mean.size();
  const std::int64_t width = knn_row_width(projection, norm);
  if (!by_products(norm) || projection.lossless()) {
    for (std::size_t p = 0; p < points.size(); ++p, rows += width) {
      std::fill_n(rows, width, 0.0f);
      if (by_products(norm))
        squares[p] = center(points[p], projection.mean, rows);
      else
        std::copy_n(points[p], dim, rows);
    }
    return;
  }
  const std::int64_t axes = projection.axes.rows();
  axis_scores(points, projection.mean, projection.axis_panels, axes, rows, width, squares);
  for (std::size_t p = 0; p < points.size(); ++p, rows += width)
    std::fill(rows + axes, rows + width, 0.0f);
}

KnnRows make_knn_rows(const StoredView& points, const Projection& projection, const Measure& norm,
                      const Cpu& on) {
  Projected made(points, projection, norm, on);
  KnnRows unordered{norm, std::move(made.rows), std::move(made.squares), {}};
  unordered.ids.resize(static_cast<std::size_t>(points.rows()));
  std::iota(unordered.ids.begin(), unordered.ids.end(), 0);
  return reordered(
      unordered,
      norm == Norm::bits ? leaf_order_of_bits(unordered.rows, on) : leaf_order(unordered.rows, on),
      on);
}

std::vector<std::int32_t> leaf_order(const Matrix& rows, const Cpu& on) {
  std::vector<std::int32_t> order(static_cast<std::size_t>(rows.rows()));
  std::iota(order.begin(), order.end(), 0);
  std::vector<Node> level{{0, rows.rows()}};
  while (!level.empty()) {
    std::vector<Node> halves(2 * level.size());
    parallel_for(on.threads, std::ssize(level), 1, [&](std::int64_t at, std::int64_t) {
      const auto l = static_cast<std::size_t>(at);
      if (level[l].end - level[l].begin <= kLeaf) return;
      const std::int64_t middle = split(rows, order, level[l]);
      halves[2 * l] = {level[l].begin, middle};
      halves[2 * l + 1] = {middle, level[l].end};
    });
    std::erase_if(halves, [](const Node& node) { return node.end - node.begin <= kLeaf; });
    level = std::move(halves);
  }
  return order;
}

std::vector<std::int32_t> row_of_point(const std::vector<std::int32_t>& ids, std::int64_t n) {
  std::vector<std::int32_t> row_of(static_cast<std::size_t>(n), -1);
  for (std::size_t r = 0; r < ids.size(); ++r)
    row_of[static_cast<std::size_t>(ids[r])] = static_cast<std::int32_t>(r);
  return row_of;
}

KnnRows reordered(const KnnRows& from, const std::vector<std::int32_t>& order, const Cpu& on) {
  KnnRows to{from.norm, Matrix(from.n(), from.rows.cols()), from.squares, from.ids};
  parallel_for(on.threads, from.n(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r) {
      const std::int32_t source = order[static_cast<std::size_t>(r)];
      std::copy_n(from.rows.row(source), from.rows.cols(), to.rows.row(r));
      to.ids[static_cast<std::size_t>(r)] = from.ids[static_cast<std::size_t>(source)];
      if (!to.squares.empty())
        to.squares[static_cast<std::size_t>(r)] = from.squares[static_cast<std::size_t>(source)];
    }
  });
  return to;
}

void measure(const KnnRows& among, const float* query, float query_square,
             const std::int32_t* rows_of, std::int64_t count, float* measures) {
  measure_all(
      among, query, query_square, count, [&](std::int64_t c) { return rows_of[c]; }, measures);
}

void measure_range(const KnnRows& among, const float* query, float query_square, std::int64_t begin,
                   std::int64_t end, float* measures) {
  measure_all(
      among, query, query_square, end - begin, [&](std::int64_t c) { return begin + c; }, measures);
}

}  // namespace nearfold
