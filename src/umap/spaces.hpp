// Where UMAP's points move, as its optimisers take it, here and on a device: the plane and flat
// spaces of more dimensions, or a surface of math/surfaces.hpp. For a float, or for many side by
// side.
#pragma once

#include "core/dims.hpp"
#include "math/surfaces.hpp"
#include "math/umap_force.hpp"
#include "nearfold/params.hpp"

namespace nearfold {

/// Fixed: the dimensions of the map, or kAnyDims.
template <int Fixed>
struct FlatSpace {
  static constexpr bool kIsFlat = true;
  using Dims = DimCount<Fixed>;

  /// d: a point from others, which becomes the clipped forces between them.
  template <class F, class Factor>
  NEARFOLD_HD static void force(const F* own, Dims dims, const Factor& factor, F* d) {
    F d2{};
    for (int c = 0; c < dims.count(); ++c) {
      d[c] = own[c] - d[c];
      d2 += d[c] * d[c];
    }
    const F g = factor(d2);
    for (int c = 0; c < dims.count(); ++c) d[c] = clip4(g * d[c]);
  }
};

/// Steps of a vertex are summed as tangents where it is, and taken together.
template <class On>
struct CurvedSpace {
  using Surface = On;
  static constexpr bool kIsFlat = false;
  using Dims = DimCount<Surface::kColumns>;

  /// No force is longer than 4: there are no coordinates that all tangents share.
  template <class F, class Factor>
  NEARFOLD_HD static void force(const F* own, Dims /*dims*/, const Factor& factor, F* d) {
    F away[Surface::kColumns];
    const F d2 = Surface::apart(own, d, away);
    const F most = 4.0f / Number<F>::root(Number<F>::larger(d2, F{} + 1e-30f));
    const F g = Number<F>::smaller(Number<F>::larger(factor(d2), F{} - most), most);
    for (int c = 0; c < Surface::kColumns; ++c) d[c] = g * away[c];
  }

  /// `step` becomes the place it leads to from u. A step is no longer than 1, an angle on the
  /// sphere: beyond, a tangent says little of a surface. What does not move keeps its bits.
  template <class F>
  NEARFOLD_HD static void take(const F* u, F* step) {
    const F length2 = Surface::length2(u, step);
    const F too_long = Number<F>::root(Number<F>::larger(length2, F{} + 1.0f));
    F to[Surface::kColumns];
    for (int c = 0; c < Surface::kColumns; ++c) step[c] /= too_long;
    Surface::move(u, step, to);
    for (int c = 0; c < Surface::kColumns; ++c) step[c] = length2 > F{} ? to[c] : u[c];
  }
};

/// make(space) of the space that maps by the metric lie in, flat() where that is flat.
template <class Flat, class Make>
auto in_space_of(OutputMetric metric, const Flat& flat, const Make& make) {
  switch (metric) {
    case OutputMetric::euclidean:
      break;
    case OutputMetric::sphere:
      return make(CurvedSpace<Sphere>());
    case OutputMetric::torus:
      return make(CurvedSpace<Torus>());
    case OutputMetric::hyperboloid:
      return make(CurvedSpace<Hyperboloid>());
  }
  return flat();
}

}  // namespace nearfold
