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

std::int64_t peak_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return std::int64_t{usage.ru_maxrss} * 1024;
}

const char* method_name(const Method& method) {
  return std::holds_alternative<TsneParams>(method) ? "tsne" : "umap";
}

void require_finite(HostMatrix<const float> layout) {
  for (std::int64_t i = 0; i < layout.size(); ++i)
    if (!std::isfinite(layout.data[i]))
      throw Error("the layout is no longer finite; use a smaller learning_rate");
}

void require_layout(const Embedder::State& state) {
  if (!state.optimizer) throw InvalidInput("the run was stopped before it had a layout");
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
  if (source.from == nullptr) return;
  info.iterations = source.from->iteration;
  total = source.from->iterations;
  info.finished = info.iterations == total;
}

void Embedder::State::advance(int steps) {
  if (!optimizer) return;
  steps = std::clamp(steps, 0, total - info.iterations);
  const StopScope whole({});  // an iteration is done, or it is not
  int done = 0;
  Run::timed(info, name(Stage::optimize), [&] { done = optimizer->advance(steps); });
  info.iterations += done;
  if (done < steps) total = info.iterations;  // an early stop
  info.early_iterations = optimizer->early_iterations();
  info.finished = info.iterations == total;
  info.peak_bytes = peak_bytes();
}

Result Embedder::State::run_to_end(Run& run) {
  while (optimizer && run.report(Stage::optimize, info.iterations, total) &&
         info.iterations < total)
    advance(block());
  return result();
}

int Embedder::State::block() const {
  constexpr std::int64_t kMany = 100'000;
  const bool waits = info.threads == 0;  // a GPU: not for every iteration
  return n > kMany && !waits ? 1 : 10;
}

Result Embedder::State::result() const {
  Result result{{}, info};
  if (!optimizer) return result;
  result.layout = Matrix(n, dims);
  optimizer->copy_layout(result.layout.view());
  require_finite(result.layout);
  result.info.kl_divergence = optimizer->loss();
  result.info.force_error = optimizer->force_error();
  result.info.peak_bytes = peak_bytes();
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
Embedder::Embedder(const KnnGraph& graph, HostMatrix<const float> points, const Settings& settings,
                   const Checkpoint& from, const Progress& progress)
    : state_(State::begin({points, &graph, &from}, settings, progress)) {}
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
  require_layout(*state_);
  if (out.rows != state_->n || out.cols != state_->dims)
    throw InvalidInput("out is " + std::to_string(out.rows) + " x " + std::to_string(out.cols) +
                       "; the layout is " + std::to_string(state_->n) + " x " +
                       std::to_string(state_->dims));
  state_->optimizer->copy_layout(out);
  require_finite(out);
}

Checkpoint Embedder::checkpoint() const {
  require_layout(*state_);
  Checkpoint checkpoint = state_->optimizer->save();
  require_finite(checkpoint.layout);
  checkpoint.init = state_->info.init;
  checkpoint.warnings = state_->info.warnings;
  return checkpoint;
}

const RunInfo& Embedder::info() const {
  return state_->info;
}

int Embedder::block() const {
  return state_->block();
}

Result Embedder::result() const {
  return state_->result();
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
