// The curved maps of UMAP: unit vectors in space, pairs of angles, points of the hyperboloid. Of
// each how far two points are apart along the surface, which way it is from one to the other, and
// where a step leads. Written for a float or for many side by side (number.hpp), from IEEE
// operations alone.
#pragma once

#include <cstdint>

#include "math/elementary.hpp"
#include "math/host_device.hpp"

namespace nearfold {

inline constexpr float kHalfTurn = 3.14159274f, kWholeTurn = 6.28318548f;

/// asin(sqrt z) / sqrt z of z in [0, 1/4], asinh(sqrt -z) / sqrt -z of z in [-1/4, 0): one analytic
/// function, interpolated at Chebyshev's points. Relative error below 7e-8.
template <class F>
NEARFOLD_HD inline F arc_over_chord(F z) {
  const F z2 = z * z;
  const F a = 1.0f + 0.166666665f * z, b = 0.0750007725f + 0.0446435118f * z,
          c = 0.0303206228f + 0.0223202042f * z, d = 0.018892281f + 0.0152684192f * z;
  return (a + b * z2) + (c + d * z2) * (z2 * z2);
}

/// The unit sphere: u and v are unit vectors, d the angle between them, [0, pi].
struct Sphere {
  static constexpr int kColumns = 3;

  /// away [kColumns]: the tangent at u that points away from v, as long as the distance d. Returns
  /// d^2. Nothing for coincident points; between opposite ones no direction is the right one.
  template <class F>
  NEARFOLD_HD static F apart(const F* u, const F* v, F* away) {
    F c2{};
    for (int c = 0; c < kColumns; ++c) {
      away[c] = u[c] - v[c];
      c2 += away[c] * away[c];
    }
    const F z = Number<F>::smaller(0.25f * c2, F{} + 1.0f);  // of sin^2(d / 2)
    const F s = Number<F>::root(z);
    const F q = z > F{} + 0.25f ? 0.5f - 0.5f * s : z;
    const F ratio = arc_over_chord(q);
    const F half = z > F{} + 0.25f ? 0.5f * kHalfTurn - 2.0f * Number<F>::root(q) * ratio
                                   : s * ratio;                                  // d / 2
    const F cosine = Number<F>::root(Number<F>::larger(1.0f - z, F{} + 1e-8f));  // of d / 2
    const F longer = (z > F{} + 0.25f ? half / Number<F>::larger(s, F{} + 0.5f) : ratio) / cosine;
    for (int c = 0; c < kColumns; ++c) away[c] = longer * (away[c] - u[c] * (0.5f * c2));
    return 4.0f * half * half;
  }

  /// to [kColumns] = u moved by the tangent `step`: u + step at length 1.
  template <class F>
  NEARFOLD_HD static void move(const F* u, const F* step, F* to) {
    F x[kColumns], length2{};
    for (int c = 0; c < kColumns; ++c) {
      x[c] = u[c] + step[c];
      length2 += x[c] * x[c];
    }
    const F length = Number<F>::root(length2);
    for (int c = 0; c < kColumns; ++c) to[c] = x[c] / length;
  }

  /// Of a tangent at u.
  template <class F>
  NEARFOLD_HD static F length2(const F* /*u*/, const F* step) {
    return step[0] * step[0] + step[1] * step[1] + step[2] * step[2];
  }
};

/// The flat torus: two angles, [0, 2 pi), each the shorter way round.
struct Torus {
  static constexpr int kColumns = 2;

  template <class F>
  NEARFOLD_HD static F apart(const F* u, const F* v, F* away) {
    F d2{};
    for (int c = 0; c < kColumns; ++c) {
      const F d = u[c] - v[c];
      const F down = d > F{} + kHalfTurn ? d - kWholeTurn : d;
      away[c] = d < F{} - kHalfTurn ? d + kWholeTurn : down;
      d2 += away[c] * away[c];
    }
    return d2;
  }

  /// Into [0, 2 pi), from any finite angle.
  NEARFOLD_HD static float around(float angle) {
    const float turns = angle / kWholeTurn;
    const auto whole = static_cast<float>(static_cast<std::int64_t>(turns));
    return inside(angle - whole * kWholeTurn);
  }

  /// By a step no longer than a turn.
  template <class F>
  NEARFOLD_HD static void move(const F* u, const F* step, F* to) {
    for (int c = 0; c < kColumns; ++c) {
      const F angle = u[c] + step[c];
      to[c] = inside(angle < F{} + kWholeTurn ? angle : angle - kWholeTurn);
    }
  }

  template <class F>
  NEARFOLD_HD static F length2(const F* /*u*/, const F* step) {
    return step[0] * step[0] + step[1] * step[1];
  }

 private:
  /// Of an angle in (-2 pi, 2 pi): rounding may leave it at the very end.
  template <class F>
  NEARFOLD_HD static F inside(F angle) {
    const F positive = angle < F{} ? angle + kWholeTurn : angle;
    return positive < F{} + kWholeTurn ? positive : F{};
  }
};

/// The upper sheet of the hyperboloid z^2 = 1 + x^2 + y^2: x and y, d = acosh(z z' - x x' - y y').
struct Hyperboloid {
  static constexpr int kColumns = 2;

  template <class F>
  NEARFOLD_HD static F height(const F* u) {
    return Number<F>::root(1.0f + (u[0] * u[0] + u[1] * u[1]));
  }

  template <class F>
  NEARFOLD_HD static F apart(const F* u, const F* v, F* away) {
    const F x = u[0] - v[0], y = u[1] - v[1];
    const F across = x * v[1] - y * v[0];
    const F opposite = 1.0f + (height(u) * height(v) + (u[0] * v[0] + u[1] * v[1]));
    // cosh(d) - 1 as a sum of what is not negative: nothing cancels between near points.
    const F m = (x * x + y * y + across * across) / Number<F>::larger(opposite, F{} + 2.0f);
    const F z = 0.5f * m;  // sinh^2(d / 2)
    const F s = Number<F>::root(z), cosine = Number<F>::root(1.0f + z);
    const F ratio = arc_over_chord(F{} - Number<F>::smaller(z, F{} + 0.25f));
    const F half = z > F{} + 0.25f ? 0.693147181f * log2_f(s + cosine) : s * ratio;  // asinh of s
    const F longer = (z > F{} + 0.25f ? half / Number<F>::larger(s, F{} + 0.5f) : ratio) / cosine;
    away[0] = longer * (x + u[0] * m);
    away[1] = longer * (y + u[1] * m);
    return 4.0f * half * half;
  }

  /// Of the tangent at u whose first two coordinates are `step`.
  template <class F>
  NEARFOLD_HD static F length2(const F* u, const F* step) {
    const F up = (step[0] * u[0] + step[1] * u[1]) / height(u);
    return Number<F>::larger(step[0] * step[0] + step[1] * step[1] - up * up, F{});
  }

  /// Along the geodesic that begins with `step`, as far as that is long.
  template <class F>
  NEARFOLD_HD static void move(const F* u, const F* step, F* to) {
    const F length = Number<F>::root(length2(u, step));
    const F grown = exp2_f(1.44269504f * length), shrunk = 1.0f / grown;
    const F straight = 0.5f * (grown + shrunk);
    const F turned = length > F{} + 0.01f ? 0.5f * (grown - shrunk) / length
                                          : 1.0f + length * length * (1.0f / 6.0f);
    for (int c = 0; c < kColumns; ++c) to[c] = straight * u[c] + turned * step[c];
  }
};

}  // namespace nearfold
