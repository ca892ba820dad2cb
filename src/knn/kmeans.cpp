#include "knn/kmeans.hpp"

#include <algorithm>
#include <numeric>
#include <random>
#include <utility>

#include "core/parallel.hpp"
#include "core/stopping.hpp"
#include "core/take_rows.hpp"
#include "math/philox.hpp"

namespace nearfold {
namespace {

constexpr int kIterations = 6;
constexpr std::int64_t kRowsOfCentroid = 32;
constexpr std::int64_t kBlock = 256;

/// The first `count` of a random order of n.
std::vector<std::int32_t> draw(std::int64_t n, std::int64_t count, std::uint32_t seed) {
  std::vector<std::int32_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  std::mt19937 random(seed);
  for (std::int64_t i = 0; i < std::min(count, n - 1); ++i) {
    const auto left = static_cast<std::uint64_t>(n - i);
    std::swap(order[static_cast<std::size_t>(i)],
              order[static_cast<std::size_t>(i) + random() % left]);
  }
  order.resize(static_cast<std::size_t>(count));
  return order;
}

/// Each centroid becomes the mean of its rows; one without any stays as it is.
void move_to_means(HostMatrix<const float> rows, const Cells& cells, Matrix& centroids,
                   const Cpu& on) {
  parallel_for(on.threads, centroids.rows(), 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t c = first; c < last; ++c) {
      const std::int64_t begin = cells.begin[static_cast<std::size_t>(c)];
      const std::int64_t end = cells.begin[static_cast<std::size_t>(c) + 1];
      if (begin == end) continue;
      float* const mean = centroids.row(c);
      std::fill_n(mean, centroids.cols(), 0.0f);
      for (std::int64_t r = begin; r < end; ++r) {
        const float* const row = rows.row(cells.order[static_cast<std::size_t>(r)]);
        for (std::int64_t j = 0; j < centroids.cols(); ++j) mean[j] += row[j];
      }
      const float share = 1.0f / static_cast<float>(end - begin);
      for (std::int64_t j = 0; j < centroids.cols(); ++j) mean[j] *= share;
    }
  });
}

/// Two centroids of one: a little apart, so that the rows of `from` are shared.
void split(Matrix& centroids, std::int64_t empty, std::int64_t from) {
  constexpr float kApart = 1.0f / 1024;
  for (std::int64_t j = 0; j < centroids.cols(); ++j) {
    const float sign = j % 2 == 0 ? kApart : -kApart;
    centroids.row(empty)[j] = centroids.row(from)[j] * (1.0f + sign);
    centroids.row(from)[j] *= 1.0f - sign;
  }
}

}  // namespace

void fill_empty(const std::vector<std::int64_t>& begin, Matrix& centroids) {
  const std::int64_t count = centroids.rows(), rows = begin.back();
  std::vector<float> size(static_cast<std::size_t>(count));
  for (std::size_t c = 0; c < size.size(); ++c)
    size[c] = static_cast<float>(begin[c + 1] - begin[c]);
  std::mt19937 random(1234);
  for (std::size_t empty = 0; empty < size.size(); ++empty) {
    if (size[empty] > 0) continue;
    std::size_t from = 0;
    for (;; from = (from + 1) % size.size()) {
      const float share = (size[from] - 1.0f) / static_cast<float>(rows - count);
      if (static_cast<float>(random()) / static_cast<float>(std::mt19937::max()) < share) break;
    }
    split(centroids, static_cast<std::int64_t>(empty), static_cast<std::int64_t>(from));
    size[empty] = size[from] / 2;
    size[from] -= size[empty];
  }
}

std::vector<float> squares_of(HostMatrix<const float> rows) {
  std::vector<float> squares;
  squares.reserve(static_cast<std::size_t>(rows.rows()));
  for (std::int64_t r = 0; r < rows.rows(); ++r) {
    double square = 0;
    for (std::int64_t c = 0; c < rows.cols(); ++c)
      square += static_cast<double>(rows.row(r)[c]) * static_cast<double>(rows.row(r)[c]);
    squares.push_back(static_cast<float>(square));
  }
  return squares;
}

std::vector<std::int32_t> nearest_of(const PackedRows& panels, HostMatrix<const float> rows,
                                     const Cpu& on) {
  std::vector<std::int32_t> nearest(static_cast<std::size_t>(rows.rows()));
  parallel_for(on.threads, rows.rows(), kBlock, [&](std::int64_t begin, std::int64_t end) {
    panels.nearest(rows.row(begin), end - begin, rows.cols(),
                   &nearest[static_cast<std::size_t>(begin)]);
  });
  return nearest;
}

Cells cells_of(std::span<const std::int32_t> cell_of, int cells) {
  Cells out{std::vector<std::int64_t>(static_cast<std::size_t>(cells) + 1),
            std::vector<std::int32_t>(cell_of.size())};
  for (const std::int32_t c : cell_of) ++out.begin[static_cast<std::size_t>(c) + 1];
  std::partial_sum(out.begin.begin(), out.begin.end(), out.begin.begin());
  std::vector<std::int64_t> next(out.begin.begin(), out.begin.end() - 1);
  for (std::size_t r = 0; r < cell_of.size(); ++r)
    out.order[static_cast<std::size_t>(next[static_cast<std::size_t>(cell_of[r])]++)] =
        static_cast<std::int32_t>(r);
  return out;
}

KMeansDraws kmeans_draws(std::int64_t n, int count, std::uint64_t seed) {
  const std::uint32_t draws = random4(seed, Stream::knn, 0).v[0] >> 1;
  KMeansDraws drawn;
  drawn.iterations = n == count ? 0 : kIterations;
  const std::int64_t most = count * kRowsOfCentroid;
  if (n > most) drawn.sample = draw(n, most, draws);
  drawn.first = draw(std::min(n, most), count, n == count ? draws : draws + 1);
  return drawn;
}

Matrix kmeans(HostMatrix<const float> rows, int count, std::uint64_t seed, const Cpu& on) {
  const KMeansDraws drawn = kmeans_draws(rows.rows(), count, seed);
  Matrix sample;
  if (!drawn.sample.empty()) {
    sample = take_rows(rows, drawn.sample);
    rows = sample;
  }
  Matrix centroids = take_rows(rows, drawn.first);
  for (int i = 0; i < drawn.iterations; ++i) {
    const PackedRows panels(centroids, squares_of(centroids), on);
    const Part part(static_cast<double>(i + 1) / drawn.iterations, 1);
    const Cells cells = cells_of(nearest_of(panels, rows, on), count);
    move_to_means(rows, cells, centroids, on);
    fill_empty(cells.begin, centroids);
  }
  return centroids;
}

}  // namespace nearfold
