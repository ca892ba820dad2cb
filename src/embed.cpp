// The public way in: checks, the pipeline, the loop, the report.
#include "nearfold/embed.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>

#include "embedding.hpp"
#include "nearfold/error.hpp"
#include "parallel.hpp"

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

double RunInfo::total_seconds() const {
  double total = 0;
  for (const auto& [stage, took] : seconds) total += took;
  return total;
}

const char* version() noexcept {
  return NEARFOLD_VERSION;
}

Embedder::State::State(const Source& source, const Settings& settings)
    : n(source.n()), dims(settings.dims), total(iterations_of(settings.method, n)) {
  info.version = version();
  info.method = method_name(settings.method);
  info.device = describe(settings.device);
  if (const auto* cpu = std::get_if<Cpu>(&settings.device))
    info.threads = thread_count(cpu->threads);
  info.seed = settings.seed;
  info.n = n;
  info.dim = source.points.cols;
}

void Embedder::State::advance(int steps) {
  if (!optimizer) return;
  steps = std::clamp(steps, 0, total - info.iterations);
  const int done = optimizer->advance(steps);
  info.iterations += done;
  if (done < steps) total = info.iterations;  // an early stop
  info.early_iterations = optimizer->early_iterations();
  info.finished = info.iterations == total;
  info.peak_bytes = peak_bytes();
}

Result Embedder::State::run_to_end(Run& run) {
  if (!optimizer) return {{}, info};  // stopped before its start: an empty layout
  run.stage(Stage::optimize, [&] {
    while (info.iterations < total && run.report(Stage::optimize, info.iterations, total))
      advance(kBlock);
    run.report(Stage::optimize, info.iterations, total);
  });
  Result result{Matrix(n, dims), {}};
  optimizer->copy_layout(result.layout.view());
  check_layout(result.layout);
  info.kl_divergence = optimizer->loss();
  info.force_error = optimizer->force_error();
  info.peak_bytes = peak_bytes();
  result.info = info;
  return result;
}

std::unique_ptr<Embedder::State> Embedder::State::begin(const Source& source,
                                                        const Settings& settings,
                                                        const Progress& progress) {
  validate(settings);
  require_usable(settings.device);
  auto state = std::make_unique<State>(source, settings);
  Run run(state->info, progress);
  state->optimizer = std::visit(
      [&](const auto& params, const auto& on) {
        return start_optimizer(prepare(source, params, settings, on, run, state->info), source,
                               params, settings, on, run);
      },
      settings.method, settings.device);
  state->info.peak_bytes = peak_bytes();
  return state;
}

Embedder::Embedder(HostMatrix<const float> points, const Settings& settings,
                   const Progress& progress)
    : state_(State::begin({points}, settings, progress)) {}
Embedder::Embedder(const KnnGraph& graph, HostMatrix<const float> points, const Settings& settings,
                   const Progress& progress)
    : state_(State::begin({points, &graph}, settings, progress)) {}
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
  state_->advance(n);
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

Result Embedder::run_to_end(const Progress& progress) {
  Run run(state_->info, progress);
  return state_->run_to_end(run);
}

Result embed(HostMatrix<const float> points, const Settings& settings, const Progress& progress) {
  return Embedder(points, settings, progress).run_to_end(progress);
}

Result embed(const KnnGraph& graph, HostMatrix<const float> points, const Settings& settings,
             const Progress& progress) {
  return Embedder(graph, points, settings, progress).run_to_end(progress);
}

Result embed(const KnnGraph& graph, const Settings& settings, const Progress& progress) {
  return embed(graph, {}, settings, progress);
}

}  // namespace nearfold
