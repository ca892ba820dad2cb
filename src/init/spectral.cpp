// The spectral layout of a whole graph: connected components, a cell of the plane or space for
// each, eigenvectors inside the cells. It uses nothing but the graph, so that a start from a saved
// graph equals one from the points.
#include "init/spectral.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <numeric>
#include <string>
#include <vector>

#include "core/parallel.hpp"
#include "math/philox.hpp"

namespace nearfold {
namespace {

/// A ball for a component; the balls of different components do not overlap.
struct Cell {
  std::vector<float> center;  // on the axes beyond: 0
  float radius = 1;

  float at(int axis) const {
    const auto a = static_cast<std::size_t>(axis);
    return a < center.size() ? center[a] : 0.0f;
  }
};

/// Up to 2 dims components: on the axes, plus sides first.
std::vector<Cell> axis_cells(std::int64_t count, int dims) {
  std::vector<Cell> cells(static_cast<std::size_t>(count));
  for (std::size_t c = 0; c < cells.size(); ++c) {
    const auto axis = c % static_cast<std::size_t>(dims);
    cells[c].center.resize(axis + 1);
    cells[c].center[axis] = c < static_cast<std::size_t>(dims) ? 1.0f : -1.0f;
    cells[c].radius = 0.7f;  // half the way to a neighbour is sqrt(1/2)
  }
  return cells;
}

/// More: cells with room for their vertices, largest first, side by side like words in lines and,
/// in space, lines on pages; on a line they make a single one, and of more than three dimensions
/// the first three are space. Sides are whole numbers, so that nothing depends on rounding.
std::vector<Cell> packed_cells(const Components& components, int dims,
                               const std::vector<std::int64_t>& by_size) {
  const auto power = [dims](std::int64_t s) {
    return dims == 1 ? s : dims == 2 ? s * s : s * s * s;
  };
  const auto side_of = [&](std::int64_t volume) {
    if (dims == 1) return volume;
    auto side = static_cast<std::int64_t>(std::sqrt(static_cast<double>(volume))) + 1;
    while (side > 1 && power(side - 1) >= volume) --side;
    return side;
  };
  std::int64_t volume = 0;
  for (const std::int64_t c : by_size) volume += power(side_of(components.size(c)));
  const std::int64_t width = side_of(volume);

  std::vector<Cell> cells(by_size.size());
  std::int64_t x = 0, y = 0, z = 0, line = 0, page = 0;  // corner; height of the line and the page
  for (const std::int64_t c : by_size) {
    const std::int64_t side = side_of(components.size(c));
    if (x > 0 && x + side > width) {
      x = 0;
      y += line;
      line = 0;
    }
    if (dims >= 3 && x == 0 && y > 0 && y + side > width) {
      y = 0;
      z += page;
      page = 0;
    }
    line = std::max(line, side);
    page = std::max(page, side);
    const float half = 0.5f * static_cast<float>(side);
    Cell& cell = cells[static_cast<std::size_t>(c)];
    for (const std::int64_t corner : {x, y, z})
      cell.center.push_back(static_cast<float>(corner) + half);
    cell.radius = 0.8f * half;
    x += side;
  }
  return cells;
}

/// rows [size, dims] scaled so that the one farthest from 0 is `radius` away.
void fit(Matrix& rows, float radius) {
  float most = 0;
  for (std::int64_t i = 0; i < rows.rows(); ++i) {
    float d2 = 0;
    for (std::int64_t c = 0; c < rows.cols(); ++c) d2 += rows.row(i)[c] * rows.row(i)[c];
    most = std::max(most, d2);
  }
  if (most == 0) return;
  const float factor = radius / std::sqrt(most);
  for (float& value : rows.span()) value *= factor;
}

/// A few vertices at random in the ball; a single one in its middle.
Matrix random_rows(const std::int32_t* members, std::int64_t size, int dims, float radius,
                   std::uint64_t seed) {
  Matrix rows(size, dims);
  if (size == 1) return rows;
  for (std::int64_t i = 0; i < size; ++i) {
    for (int c = 0; c < dims; ++c)
      rows.row(i)[c] = uniform(seed, Stream::init, members[i], c) - 0.5f;
  }
  fit(rows, radius);
  return rows;
}

std::string convergence_warning(const Eigenvectors& worst) {
  char text[160];
  std::snprintf(
      text, sizeof text,
      "the eigenvectors of the spectral initialization did not converge in %d passes (residual "
      "%.1e); the map may be folded, compare with a PCA initialization",
      worst.sweeps, worst.residual);
  return text;
}

/// Everything one component needs to be placed.
class Placement {
 public:
  Placement(InitSource& graph, const Components& components, const std::vector<Cell>& cells,
            std::uint64_t seed, Matrix& layout)
      : graph_(graph),
        small_(graph.small_components(components)),
        components_(components),
        cells_(cells),
        seed_(seed),
        layout_(layout) {}

  bool is_small(std::int64_t c) const { return components_.size(c) < 2 * layout_.cols(); }

  /// Writes the rows of component `c`; returns what is known of its eigenvectors, less themselves.
  Eigenvectors operator()(std::int64_t c) const {
    const std::int64_t size = components_.size(c);
    const auto dims = static_cast<int>(layout_.cols());
    const Cell& cell = cells_[static_cast<std::size_t>(c)];
    const std::int32_t* members =
        components_.members.data() + components_.offsets[static_cast<std::size_t>(c)];
    Eigenvectors found;
    if (is_small(c)) {
      found.vectors = random_rows(members, size, dims, cell.radius, seed_);
    } else {
      found = size == graph_.n() ? graph_.eigenvectors(dims)
              : components_.is_large(c)
                  ? graph_.eigenvectors(components_, c, dims)
                  : leading_eigenvectors(extract(small_, components_, c), dims, Cpu{1});
      fit(found.vectors, cell.radius);
    }
    for (std::int64_t i = 0; i < size; ++i) {
      for (int d = 0; d < dims; ++d) {
        layout_.row(members[i])[d] = cell.at(d) + found.vectors.row(i)[d];
      }
    }
    found.vectors = {};
    return found;
  }

 private:
  InitSource& graph_;
  const EdgeGraph& small_;
  const Components& components_;
  const std::vector<Cell>& cells_;
  std::uint64_t seed_;
  Matrix& layout_;
};

}  // namespace

InitialLayout spectral_layout(InitSource& graph, int dims, std::uint64_t seed, const Cpu& on) {
  const Components components(graph.components());
  const std::int64_t count = components.count();
  std::vector<std::int64_t> by_size(static_cast<std::size_t>(count));
  std::iota(by_size.begin(), by_size.end(), 0);
  std::stable_sort(by_size.begin(), by_size.end(), [&](std::int64_t a, std::int64_t b) {
    return components.size(a) > components.size(b);
  });
  std::vector<Cell> cells(1);
  if (count > 1) {
    cells = count <= std::int64_t{2} * dims ? axis_cells(count, dims)
                                            : packed_cells(components, dims, by_size);
  }

  InitialLayout start{Matrix(graph.n(), dims), "spectral", {}};
  const Placement place(graph, components, cells, seed, start.layout);
  std::vector<Eigenvectors> found(by_size.size());
  std::int64_t shared = 0;  // large components: all threads on one; the rest: one thread on each
  for (; shared < count && components.is_large(by_size[static_cast<std::size_t>(shared)]);
       ++shared) {
    const auto at = static_cast<std::size_t>(shared);
    found[at] = place(by_size[at]);
  }
  parallel_for(on.threads, count - shared, 1, [&](std::int64_t begin, std::int64_t) {
    const auto at = static_cast<std::size_t>(shared + begin);
    found[at] = place(by_size[at]);
  });

  if (count > 1) {
    start.description += " (" + std::to_string(count) + " components)";
    start.warnings.push_back("the neighbour graph has " + std::to_string(count) +
                             " connected components, laid out side by side: distances between "
                             "them mean nothing; more neighbours may join them");
  } else if (place.is_small(0)) {
    start.description = "random";
    start.warnings.push_back("a spectral initialization in " + std::to_string(dims) +
                             " dimensions needs " + std::to_string(2 * dims) +
                             " points: it is random");
  }
  const auto worst = std::max_element(
      found.begin(), found.end(), [](const Eigenvectors& a, const Eigenvectors& b) {
        return (a.converged ? 0 : a.residual) < (b.converged ? 0 : b.residual);
      });
  if (!worst->converged) start.warnings.push_back(convergence_warning(*worst));
  return start;
}

}  // namespace nearfold
