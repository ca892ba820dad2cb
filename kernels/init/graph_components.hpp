// The connected components of a graph on a device, and what a spectral layout makes of them. Every
// vertex takes the least name among its neighbours, and hands it to the vertex that it was named
// by; names are then followed to their ends. What remains are the smallest vertices, in whatever
// order threads came. Source: Zhang, Azad, Hu, "FastSV", SIAM PP 2020.
//
// Cost: two launches, 8 bytes an edge and 24 a vertex, and a look of the host a round, some log n
// of them; of one component nothing more. Each large one of several is copied (16 bytes an edge,
// four launches and a scan), and so are all small ones together, which come to the host.
#pragma once

#include <limits>
#include <utility>
#include <vector>

#include "core/stopping.hpp"
#include "init/spectral_solver.hpp"
#include "kernels/core/atomics.hpp"
#include "kernels/core/fill.hpp"
#include "kernels/graph/transfer.hpp"
#include "kernels/graph/vertex_rows.hpp"
#include "kernels/init/spectral_operator.hpp"

namespace nearfold {

struct TakeLeastName {
  const std::int64_t* offsets;
  const std::int32_t* columns;
  std::int32_t* name;
  std::int32_t* changed;

  struct Part {
    std::int32_t least = std::numeric_limits<std::int32_t>::max();
    NEARFOLD_HD Part& operator+=(const Part& other) {
      least = other.least < least ? other.least : least;
      return *this;
    }
  };

  NEARFOLD_HD Part part(std::int64_t i, int lane) const {
    Part least;
    for (std::int64_t e = offsets[i] + lane; e < offsets[i + 1]; e += kRowLanes)
      least += Part{name[columns[e]]};
    return least;
  }
  NEARFOLD_HD void finish(std::int64_t i, const Part& found) const {
    const std::int32_t mine = name[i];
    if (found.least >= mine) return;
    take_smaller(name + mine, found.least);
    take_smaller(name + i, found.least);
    *changed = 1;
  }
};
struct FollowName {
  std::int32_t* name;
  NEARFOLD_HD void operator()(std::int64_t i) const {
    std::int32_t at = name[i];
    while (name[at] < at) at = name[at];
    take_smaller(name + i, at);
  }
};

struct IsFirst {
  const std::int32_t* name;
  NEARFOLD_HD std::int64_t operator()(std::int64_t i) const { return name[i] == i ? 1 : 0; }
};

/// Edges of vertex i that are kept: all or none.
struct CountKept {
  const std::int64_t* offsets;
  const std::int32_t* place;  // of a vertex in the new graph, -1 for none
  std::int64_t* counts;
  NEARFOLD_HD void operator()(std::int64_t i) const {
    if (place[i] >= 0) counts[place[i]] = offsets[i + 1] - offsets[i];
  }
};
struct KeepRow {
  const std::int64_t* offsets;
  const std::int32_t* columns;
  const float* weights;
  const std::int32_t *place, *name_of;  // of a vertex; what it is called as a neighbour
  const std::int64_t* kept;             // offsets of the new graph
  std::int32_t* columns_to;
  float* weights_to;
  /// Lane g % kRowLanes of row g / kRowLanes.
  NEARFOLD_HD void operator()(std::int64_t g) const {
    const std::int64_t i = g / kRowLanes;
    if (place[i] < 0) return;
    const std::int64_t shift = kept[place[i]] - offsets[i];
    for (std::int64_t e = offsets[i] + g % kRowLanes; e < offsets[i + 1]; e += kRowLanes) {
      columns_to[e + shift] = name_of[columns[e]];
      weights_to[e + shift] = weights[e];
    }
  }
};

template <class Executor>
class GraphComponents {
 public:
  using Graph = EdgeGraphIn<typename Executor::Space>;
  template <class T>
  using Buffer = typename Executor::template Buffer<T>;

  GraphComponents(const Executor& executor, const Graph& graph)
      : executor_(executor), graph_(graph) {}

  std::int64_t n() const { return graph_.n; }

  std::vector<std::int32_t> components() {
    auto name = executor_.template buffer<std::int32_t>(n());
    executor_.for_each(n(), Counting{name.data()});
    for (bool changed = true; changed;) {
      auto flag = filled<std::int32_t>(executor_, 1, 0);
      executor_.for_each_row(n(), TakeLeastName{graph_.offsets.data(), graph_.columns.data(),
                                                name.data(), flag.data()});
      executor_.for_each(n(), FollowName{name.data()});
      changed = executor_.download(flag, 0) != 0;
      throw_if_stopped();
    }
    const auto count = sum_of<std::int64_t>(executor_, n(), IsFirst{name.data()});
    if (count == 1)  // as nearly always: nothing to bring
      return std::vector<std::int32_t>(static_cast<std::size_t>(n()));
    return executor_.download(name);
  }

  Eigenvectors eigenvectors(int dims) { return eigenvectors_of(graph_, dims); }

  Eigenvectors eigenvectors(const Components& components, std::int64_t c, int dims) {
    std::vector<std::int32_t> place(static_cast<std::size_t>(n()), -1);
    const auto first = static_cast<std::size_t>(components.offsets[static_cast<std::size_t>(c)]);
    const auto size = static_cast<std::size_t>(components.size(c));
    for (std::size_t m = 0; m < size; ++m)
      place[static_cast<std::size_t>(components.members[first + m])] = static_cast<std::int32_t>(m);
    const auto places = executor_.upload(place);
    return eigenvectors_of(kept(places, places, components.size(c)), dims);
  }

  const EdgeGraph& small_components(const Components& components) {
    bool any = false;
    std::vector<std::int32_t> place(static_cast<std::size_t>(n()), -1);
    for (std::int64_t c = 0; c < components.count(); ++c) {
      if (components.is_large(c) || components.count() == 1) continue;
      any = true;
      for (auto m = components.offsets[static_cast<std::size_t>(c)];
           m < components.offsets[static_cast<std::size_t>(c) + 1]; ++m) {
        const std::int32_t v = components.members[static_cast<std::size_t>(m)];
        place[static_cast<std::size_t>(v)] = v;
      }
    }
    auto names = executor_.template buffer<std::int32_t>(n());
    executor_.for_each(n(), Counting{names.data()});
    if (any) small_ = host_graph(executor_, kept(executor_.upload(place), names, n()));
    return small_;
  }

 private:
  Eigenvectors eigenvectors_of(const Graph& graph, int dims) {
    if (graph.n <= kDense) return leading_eigenvectors(host_graph(executor_, graph), dims, Cpu{1});
    SpectralOperatorOn<Executor> op(executor_, graph);
    return SpectralSolver(op, dims).solve();
  }

  /// The rows of the vertices that have a place among `size`.
  Graph kept(const Buffer<std::int32_t>& place, const Buffer<std::int32_t>& name_of,
             std::int64_t size) {
    Graph out;
    out.n = size;
    out.offsets = filled<std::int64_t>(executor_, size + 1, 0);
    executor_.for_each(n(), CountKept{graph_.offsets.data(), place.data(), out.offsets.data()});
    exclusive_scan(executor_, out.offsets.data(), size + 1);
    const std::int64_t edges = executor_.download(out.offsets, size);
    out.columns = executor_.template buffer<std::int32_t>(edges);
    out.weights = executor_.template buffer<float>(edges);
    executor_.for_each(
        n() * kRowLanes,
        KeepRow{graph_.offsets.data(), graph_.columns.data(), graph_.weights.data(), place.data(),
                name_of.data(), out.offsets.data(), out.columns.data(), out.weights.data()});
    executor_.wait();
    return out;
  }

  Executor executor_;
  const Graph& graph_;
  EdgeGraph small_;
};

}  // namespace nearfold
