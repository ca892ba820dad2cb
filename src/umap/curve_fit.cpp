// Levenberg-Marquardt for two unknowns; the normal equations are solved by hand.
#include "umap/curve_fit.hpp"

#include <cmath>

namespace nearfold {
namespace {

struct Normal {  // J'J and J'r of the residuals r = target - curve
  double aa = 0, ab = 0, bb = 0, ra = 0, rb = 0, cost = 0;
};

Normal residuals(const Curve& curve, double min_dist, double spread) {
  constexpr int kPoints = 300;
  Normal sum;
  for (int i = 0; i < kPoints; ++i) {
    const double x = 3.0 * spread * i / (kPoints - 1);
    const double target = x < min_dist ? 1.0 : std::exp(-(x - min_dist) / spread);
    const double power = x > 0 ? std::pow(x, 2 * curve.b) : 0.0;
    const double value = 1.0 / (1.0 + curve.a * power);
    const double by_a = -value * value * power;
    const double by_b = x > 0 ? -value * value * curve.a * power * 2.0 * std::log(x) : 0.0;
    const double r = target - value;
    sum.aa += by_a * by_a;
    sum.ab += by_a * by_b;
    sum.bb += by_b * by_b;
    sum.ra += by_a * r;
    sum.rb += by_b * r;
    sum.cost += r * r;
  }
  return sum;
}

double six_digits(double x) {
  const double unit = std::pow(10.0, std::floor(std::log10(x)) - 5);
  return std::round(x / unit) * unit;
}

}  // namespace

Curve fit_curve(const UmapParams& params) {
  if (params.a && params.b) return {*params.a, *params.b};
  Curve curve{1.0, 1.0};
  double damping = 1e-3;
  Normal at = residuals(curve, params.min_dist, params.spread);
  for (int step = 0; step < 200; ++step) {
    const double aa = at.aa * (1 + damping), bb = at.bb * (1 + damping);
    const double det = aa * bb - at.ab * at.ab;
    const Curve next{curve.a + (at.ra * bb - at.rb * at.ab) / det,
                     curve.b + (at.rb * aa - at.ra * at.ab) / det};
    if (next.a > 0 && next.b > 0) {
      const Normal there = residuals(next, params.min_dist, params.spread);
      if (there.cost <= at.cost) {
        curve = next;
        at = there;
        damping = std::fmax(damping * 0.3, 1e-12);
        continue;
      }
    }
    damping *= 4.0;
    if (damping > 1e12) break;
  }
  return {six_digits(curve.a), six_digits(curve.b)};
}

}  // namespace nearfold
