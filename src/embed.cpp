// The public way in: checks, the pipeline, the loop, the report.
#include "nearfold/embed.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>

#include "nearfold/error.hpp"
#include "parallel.hpp"
#include "pipeline.hpp"

namespace nearfold {
namespace {

constexpr int kBlock = 10;  // iterations between questions to the caller

std::int64_t peak_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return std::int64_t{usage.ru_maxrss} * 1024;
}

const char* method_name(const Method& method) {
  return std::holds_alternative<TsneParams>(method) ? "tsne" : "umap";
}

void check_layout(const Matrix& layout) {
  for (const float x : layout.values)
    if (!std::isfinite(x))
      throw Error("the layout is no longer finite; use a smaller learning_rate");
}

}  // namespace

const char* name(Stage stage) {
  switch (stage) {
    case Stage::check:
      return "check";
    case Stage::knn:
      return "knn";
    case Stage::weights:
      return "weights";
    case Stage::init:
      return "init";
    case Stage::optimize:
      return "optimize";
  }
  return "";
}

const char* version() noexcept {
  return NEARFOLD_VERSION;
}

struct Embedder::State {
  RunInfo info;
  std::unique_ptr<Optimizer> optimizer;  // null when the caller stopped before it was made
  std::int64_t n = 0;
  int dims = 2;
  int total = 0;

  State(const Source& source, const Settings& settings, const Progress& progress) {
    validate(settings);
    const Cpu& on = require_cpu(settings.device);
    n = source.n();
    dims = settings.dims;
    total = iterations_of(settings.method, n);
    info.version = version();
    info.method = method_name(settings.method);
    info.device = describe(settings.device);
    info.threads = thread_count(on.threads);
    info.seed = settings.seed;
    info.n = n;
    info.dim = source.points.cols;
    Run run(info, progress);
    optimizer = std::visit(
        [&](const auto& params) { return prepare(source, params, settings, on, run, info); },
        settings.method);
    info.peak_bytes = peak_bytes();
  }
};

Embedder::Embedder(HostMatrix<const float> points, const Settings& settings,
                   const Progress& progress)
    : state_(std::make_unique<State>(Source{points}, settings, progress)) {}
Embedder::Embedder(const KnnGraph& graph, HostMatrix<const float> points, const Settings& settings,
                   const Progress& progress)
    : state_(std::make_unique<State>(Source{points, &graph}, settings, progress)) {}
Embedder::Embedder(Embedder&&) noexcept = default;
Embedder& Embedder::operator=(Embedder&&) noexcept = default;
Embedder::~Embedder() = default;

int Embedder::iteration() const {
  return state_->info.iterations;
}
int Embedder::iterations() const {
  return state_->total;
}

void Embedder::advance(int n) {
  State& s = *state_;
  if (!s.optimizer) return;
  const int steps = std::clamp(n, 0, s.total - s.info.iterations);
  s.optimizer->advance(steps);
  s.info.iterations += steps;
  s.info.finished = s.info.iterations == s.total;
  s.info.peak_bytes = peak_bytes();
}

std::optional<double> Embedder::loss() const {
  return state_->optimizer ? state_->optimizer->loss() : std::nullopt;
}

void Embedder::copy_layout(HostMatrix<float> out) const {
  if (!state_->optimizer) throw InvalidInput("the run was stopped before it had a layout");
  if (out.rows != state_->n || out.cols != state_->dims)
    throw InvalidInput("out is " + std::to_string(out.rows) + " x " + std::to_string(out.cols) +
                       "; the layout is " + std::to_string(state_->n) + " x " +
                       std::to_string(state_->dims));
  state_->optimizer->copy_layout(out);
}

const RunInfo& Embedder::info() const {
  return state_->info;
}

namespace {

/// The loop most callers want. A run stopped before its start has an empty layout.
Result run_to_end(Embedder embedder, int dims, const Progress& progress) {
  Result result;
  RunInfo info = embedder.info();
  Run run(info, progress);
  const int total = embedder.iterations();
  if (info.init.empty()) {
    result.info = info;
    return result;
  }
  run.stage(Stage::optimize, [&] {
    while (embedder.iteration() < total && run.report(Stage::optimize, embedder.iteration(), total))
      embedder.advance(kBlock);
    run.report(Stage::optimize, embedder.iteration(), total);
  });
  result.layout = Matrix(info.n, dims);
  embedder.copy_layout(result.layout.view());
  check_layout(result.layout);
  info.iterations = embedder.iteration();
  info.finished = embedder.info().finished;
  info.kl_divergence = embedder.loss();
  info.peak_bytes = peak_bytes();
  result.info = std::move(info);
  return result;
}

}  // namespace

Result embed(HostMatrix<const float> points, const Settings& settings, const Progress& progress) {
  return run_to_end(Embedder(points, settings, progress), settings.dims, progress);
}

Result embed(const KnnGraph& graph, HostMatrix<const float> points, const Settings& settings,
             const Progress& progress) {
  return run_to_end(Embedder(graph, points, settings, progress), settings.dims, progress);
}

Result embed(const KnnGraph& graph, const Settings& settings, const Progress& progress) {
  return embed(graph, {}, settings, progress);
}

}  // namespace nearfold
