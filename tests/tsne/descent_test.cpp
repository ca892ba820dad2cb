// t-SNE's descent against openTSNE's written out in double: every parameter at a value other than
// its default, through early exaggeration and past it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "stages.hpp"
#include "support/data.hpp"
#include "support/golden.hpp"
#include "support/oracle.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kPoints = 90;

EdgeGraph affinities() {
  return weigh_edges(oracle::neighbors(data::blobs(kPoints, 4, 3), 18), TsneParams{.perplexity = 6},
                     Cpu{1});
}

/// The iterations of gradient_descent in openTSNE 1.0, all pairs.
class Plain {
 public:
  Plain(const oracle::Square& p, const Matrix& start, const TsneParams& params)
      : p_(p),
        params_(params),
        dims_(static_cast<std::size_t>(start.cols())),
        y_(oracle::doubles(start)),
        update_(y_.size()),
        gains_(y_.size(), 1.0) {}

  const std::vector<double>& run() {
    for (int i = 0; i < params_.max_iter; ++i) {
      const bool early = i < params_.early_exaggeration_iter;
      const double exaggeration = early ? params_.early_exaggeration : params_.exaggeration;
      step(gradient(exaggeration),
           params_.learning_rate.value_or(static_cast<double>(kPoints) / exaggeration),
           early ? params_.initial_momentum : params_.final_momentum);
    }
    return y_;
  }

 private:
  std::vector<double> gradient(double exaggeration) const {
    const oracle::Repulsion push = oracle::repulsion(y_, static_cast<int>(dims_));
    std::vector<double> out(y_.size());
    for (std::size_t i = 0; i < kPoints; ++i) {
      for (std::size_t c = 0; c < dims_; ++c)
        out[i * dims_ + c] = -push.force[i * dims_ + c] / push.z;
      for (std::size_t j = 0; j < kPoints; ++j) {
        double d2 = 0;
        for (std::size_t c = 0; c < dims_; ++c)
          d2 += std::pow(y_[i * dims_ + c] - y_[j * dims_ + c], 2);
        const double pull = exaggeration *
                            p_(static_cast<std::int64_t>(i), static_cast<std::int64_t>(j)) /
                            (1 + d2);
        for (std::size_t c = 0; c < dims_; ++c)
          out[i * dims_ + c] += pull * (y_[i * dims_ + c] - y_[j * dims_ + c]);
      }
    }
    return out;
  }

  void step(const std::vector<double>& gradient, double rate, double momentum) {
    std::vector<double> mean(dims_);
    for (std::size_t i = 0; i < kPoints; ++i) {
      double norm2 = 0;
      for (std::size_t at = i * dims_; at < (i + 1) * dims_; ++at) {
        const bool same = update_[at] * gradient[at] > 0;
        gains_[at] = same ? 0.8 * gains_[at] + 0.01 : gains_[at] + 0.2;
        update_[at] = momentum * update_[at] - rate * gains_[at] * gradient[at];
        norm2 += update_[at] * update_[at];
      }
      const double shrink = std::min(1.0, params_.max_step_norm / std::sqrt(norm2));
      for (std::size_t c = 0; c < dims_; ++c) {
        update_[i * dims_ + c] *= shrink;
        y_[i * dims_ + c] += update_[i * dims_ + c];
        mean[c] += y_[i * dims_ + c] / kPoints;
      }
    }
    for (std::size_t at = 0; at < y_.size(); ++at) y_[at] -= mean[at % dims_];
  }

  const oracle::Square& p_;
  TsneParams params_;
  std::size_t dims_;
  std::vector<double> y_, update_, gains_;
};

struct Case {
  std::string name;
  TsneParams params;
};

/// The defaults, and each parameter of the descent changed alone.
std::vector<Case> cases() {
  const TsneParams all{.early_exaggeration_iter = 6,
                       .max_iter = 12,
                       .learning_rate = 8,
                       .repulsion = TsneParams::Repulsion::exact};
  std::vector<Case> out{{"defaults", all}};
  const auto add = [&](const std::string& name, auto change) {
    out.push_back({name, all});
    change(out.back().params);
  };
  add("early_exaggeration", [](TsneParams& p) { p.early_exaggeration = 4; });
  add("early_exaggeration_iter", [](TsneParams& p) { p.early_exaggeration_iter = 3; });
  add("exaggeration", [](TsneParams& p) { p.exaggeration = 3; });
  add("max_iter", [](TsneParams& p) { p.max_iter = 9; });
  add("learning_rate", [](TsneParams& p) { p.learning_rate = 3; });
  add("learning_rate, unset", [](TsneParams& p) { p.learning_rate = {}; });
  add("initial_momentum", [](TsneParams& p) { p.initial_momentum = 0.2; });
  add("final_momentum", [](TsneParams& p) { p.final_momentum = 0.2; });
  add("max_step_norm", [](TsneParams& p) { p.max_step_norm = 0.02; });
  return out;
}

double rms(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v * v;
  return std::sqrt(sum / static_cast<double>(values.size()));
}

std::vector<double> differences(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> out(a.size());
  for (std::size_t c = 0; c < a.size(); ++c) out[c] = a[c] - b[c];
  return out;
}

TEST(Descent, EveryParameterDoesWhatOpenTsneDoes) {
  const EdgeGraph graph = affinities();
  const oracle::Square p = oracle::dense(graph);
  for (const int dims : {2, 3}) {
    const Matrix start = data::layout(kPoints, dims, 4, 6.0f);
    std::vector<double> defaults;
    for (const Case& at : cases()) {
      const auto optimizer = make_optimizer(graph, start, at.params, 1, Cpu{2});
      optimizer->advance(1000);
      Matrix found(kPoints, dims);
      optimizer->copy_layout(found.view());
      const std::vector<double> wanted = Plain(p, start, at.params).run();
      const double error = rms(differences(oracle::doubles(found), wanted));
      if (defaults.empty()) defaults = wanted;
      // Each changes the map by far more than the error that is allowed, or nothing were tested.
      if (at.name != "defaults") {
        EXPECT_GT(rms(differences(defaults, wanted)), 20 * 1e-4 * rms(wanted)) << at.name;
      }
      EXPECT_LT(error, 1e-4 * rms(wanted)) << at.name << ", " << dims << " dimensions";
    }
  }
}

// The same by openTSNE itself, over its own affinities.
TEST(Descent, IsOpenTsnes) {
  const Matrix points = golden::points();
  Matrix start(200, 2);
  for (std::int64_t i = 0; i < 200; ++i) std::copy_n(points.row(i), 2, start.row(i));
  start.row(7)[0] += 0.5f;  // see make_golden.py
  const EdgeGraph graph =
      weigh_edges(oracle::neighbors(points, 15, std::nullopt), TsneParams{.perplexity = 5}, Cpu{2});
  const TsneParams params{.early_exaggeration = 4,
                          .early_exaggeration_iter = 12,
                          .exaggeration = 1.5,
                          .max_iter = 24,
                          .learning_rate = 20,
                          .initial_momentum = 0.3,
                          .final_momentum = 0.6,
                          .max_step_norm = 0.25,
                          .repulsion = TsneParams::Repulsion::exact};
  const auto optimizer = make_optimizer(graph, start, params, 1, Cpu{2});
  optimizer->advance(24);
  Matrix found(200, 2);
  optimizer->copy_layout(found.view());
  const std::vector<double> wanted =
      oracle::doubles(golden::rows("opentsne_1.0.4_descent.txt", 200, 2));
  EXPECT_GT(rms(differences(oracle::doubles(start), wanted)), 0.1 * rms(wanted));
  EXPECT_LT(rms(differences(oracle::doubles(found), wanted)), 1e-4 * rms(wanted));
}

}  // namespace
}  // namespace nearfold
