// The public way in: checks, the pipeline, the loop, the report.
#include "nearfold/embed.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "core/check_points.hpp"
#include "core/parallel.hpp"
#include "init/array_shape.hpp"
#include "method.hpp"
#include "nearfold/error.hpp"
#include "run/check_run.hpp"
#include "run/embedder_state.hpp"

namespace nearfold {
namespace {

std::int64_t peak_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return std::int64_t{usage.ru_maxrss} * 1024;
}

void require_finite(HostMatrix<const float> layout) {
  for (std::int64_t i = 0; i < layout.size(); ++i)
    if (!std::isfinite(layout.data()[i])) throw_not_finite();
}

/// A map that is done shows something.
void require_extent(HostMatrix<const float> layout) {
  const int column = constant_column(layout);
  if (column < 0) return;
  throw Error("the map has no extent: all points are at one place in column " +
              std::to_string(column) + "; use another init, or a larger learning_rate");
}

void require_layout(const Embedder::State& state) {
  if (!state.optimizer) throw InvalidInput("the run was stopped before it had a layout");
}

/// `out` is of the layout's shape.
template <class Where>
void require_shape(const Embedder::State& state, const MatrixView<float, Where>& out) {
  if (out.rows() == state.n && out.cols() == state.dims) return;
  throw InvalidInput("out is " + std::to_string(out.rows()) + " x " + std::to_string(out.cols()) +
                     "; the layout is " + std::to_string(state.n) + " x " +
                     std::to_string(state.dims));
}

/// The GPU that memory given by the caller is of.
const Cuda& gpu_of(const Device& device) {
  if (const auto* gpu = std::get_if<Cuda>(&device)) return *gpu;
  throw InvalidParameter(
      "the memory given is a GPU's and device is the cpu; set device to that GPU, or give host "
      "memory");
}

}  // namespace

const char* name(Stage stage) {
  switch (stage) {
    case Stage::check:
      return "check";
    case Stage::knn:
      return "knn";
    case Stage::reorder:
      return "reorder";
    case Stage::weights:
      return "weights";
    case Stage::init:
      return "init";
    case Stage::optimize:
      return "optimize";
    case Stage::evaluate:
      return "evaluate";
    case Stage::device:
      return "device";
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
    : n(settings.unique ? source.points.rows() : source.n()),
      dims(map_columns(settings)),
      total(iterations_of(settings.method, n)),
      device(settings.device) {
  info.version = version();
  info.method = name_of(settings.method);
  info.device = describe(settings.device);
  if (const auto* cpu = std::get_if<Cpu>(&settings.device))
    info.threads = thread_count(cpu->threads);
  info.seed = settings.seed;
  info.n = n;
  info.dim = source.points.cols();
  if (source.points.host.is_narrow()) info.dtype = name(source.points.host.type());
  if (source.checkpoint == nullptr) return;
  info.iterations = source.checkpoint->iteration;
  total = source.checkpoint->iterations;
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

void Embedder::State::finish(Run& run) {
  while (optimizer && run.report(Stage::optimize, info.iterations, total) &&
         info.iterations < total)
    advance(block());
}

Result Embedder::State::run_to_end(Run& run) {
  finish(run);
  return result();
}

int Embedder::State::block() const {
  constexpr std::int64_t kMany = 100'000;
  const bool waits = info.threads == 0;  // a GPU: not for every iteration
  return n > kMany && !waits ? 1 : 10;
}

RunInfo Embedder::State::report() const {
  RunInfo report = info;
  if (!optimizer) return report;
  report.kl_divergence = optimizer->loss();
  report.force_error = optimizer->force_error();
  report.peak_bytes = peak_bytes();
  return report;
}

Result Embedder::State::result() const {
  if (!optimizer) return {{}, info};
  Matrix layout(n, dims);
  copy_layout(layout.view());
  require_finite(layout);
  if (info.finished) require_extent(layout);
  return {std::move(layout), report()};
}

void Embedder::State::stand_for(const UniqueRun& run) {
  n = info.n = run.points();
  info.distinct = run.distinct();
  if (run.distinct() < n) unique = run.unique();
  for (const std::string& warning : run.warnings())  // a checkpoint has all of a run
    if (std::count(info.warnings.begin(), info.warnings.end(), warning) == 0)
      info.warnings.push_back(warning);
}

void Embedder::State::copy_layout(HostMatrix<float> out) const {
  if (unique.of.empty()) return optimizer->copy_layout(out);
  Matrix distinct(std::ssize(unique.rows), dims);
  optimizer->copy_layout(distinct.view());
  for (std::int64_t i = 0; i < n; ++i)
    std::copy_n(distinct.row(unique.of[static_cast<std::size_t>(i)]), dims, out.row(i));
}

namespace {

/// A run of the distinct rows, once they are found; what that takes is of the stage `check`.
std::unique_ptr<Embedder::State> begin_unique(const Source& source, const Settings& settings,
                                              const Progress& progress) {
  auto before = std::make_unique<Embedder::State>(source, settings);
  Run run(before->info, progress);
  std::optional<UniqueRun> only;
  run.stage(Stage::check, [&] { only.emplace(source, settings); });
  if (run.stopped()) return before;
  auto state = Embedder::State::begin(only->source(), only->settings(), progress);
  state->stand_for(*only);
  for (const auto& [stage, took] : before->info.seconds) Run::add_seconds(state->info, stage, took);
  return state;
}

}  // namespace

std::unique_ptr<Embedder::State> Embedder::State::begin(const Source& source,
                                                        const Settings& settings,
                                                        const Progress& progress) {
  if (source.points.device.data() != nullptr) gpu_of(settings.device);
  admit(source, settings);
  if (settings.unique) return begin_unique(source, settings, progress);
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

Embedder::Embedder(const StoredView& points, const Settings& settings, const Progress& progress)
    : state_(State::begin({.points = points}, settings, progress)) {}
Embedder::Embedder(const KnnGraphView& graph, const StoredView& points, const Settings& settings,
                   const Progress& progress)
    : state_(State::begin({.points = points, .graph = &graph}, settings, progress)) {}
Embedder::Embedder(const KnnGraphView& graph, const StoredView& points, const Settings& settings,
                   const Checkpoint& from, const Progress& progress)
    : state_(State::begin({.points = points, .graph = &graph, .checkpoint = &from}, settings,
                          progress)) {}
Embedder::Embedder(DeviceMatrix<const float> points, const Settings& settings,
                   const Progress& progress)
    : state_(State::begin({.points = points}, settings, progress)) {}
Embedder::Embedder(const SparseView& points, const Settings& settings, const Progress& progress)
    : state_(State::begin({.points = points}, settings, progress)) {}
Embedder::Embedder(const KnnGraphView& graph, const SparseView& points, const Settings& settings,
                   const Progress& progress)
    : state_(State::begin({.points = points, .graph = &graph}, settings, progress)) {}
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
  require_shape(*state_, out);
  state_->copy_layout(out);
  require_finite(out);
  if (state_->info.finished) require_extent(out);
}

void Embedder::copy_layout(DeviceMatrix<float> out) const {
  const Cuda& gpu = gpu_of(state_->device);
  require_layout(*state_);
  require_shape(*state_, out);
  if (!state_->unique.of.empty())
    throw Unsupported(
        "points that share a place by unique get it in the memory of the host; give host memory");
  wait_for(gpu);  // the caller's stream may still read what was there; a run has its own
  state_->optimizer->copy_layout(out);
  require_finite(out, gpu);
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

Result embed(const StoredView& points, const Settings& settings, const Progress& progress) {
  return Embedder(points, settings, progress).run_to_end(progress);
}

RunInfo embed(DeviceMatrix<const float> points, DeviceMatrix<float> out, const Settings& settings,
              const Progress& progress) {
  gpu_of(settings.device);
  if (out.rows() != points.rows() || out.cols() != map_columns(settings))
    throw InvalidInput("out is " + std::to_string(out.rows()) + " x " + std::to_string(out.cols()) +
                       "; the layout will be " + std::to_string(points.rows()) + " x " +
                       std::to_string(map_columns(settings)));
  auto state = Embedder::State::begin({.points = points}, settings, progress);
  Run run(state->info, progress);
  state->finish(run);
  if (state->optimizer) {
    state->optimizer->copy_layout(out);
    require_finite(out, std::get<Cuda>(settings.device));
    Matrix copy(out.rows(), out.cols());
    state->optimizer->copy_layout(copy.view());
    if (state->info.finished) require_extent(copy);
  }
  return state->report();
}

Result embed(const KnnGraphView& graph, const StoredView& points, const Settings& settings,
             const Progress& progress) {
  return Embedder(graph, points, settings, progress).run_to_end(progress);
}

Result embed(const SparseView& points, const Settings& settings, const Progress& progress) {
  return Embedder(points, settings, progress).run_to_end(progress);
}

Result embed(const KnnGraphView& graph, const SparseView& points, const Settings& settings,
             const Progress& progress) {
  return Embedder(graph, points, settings, progress).run_to_end(progress);
}

Result embed(const KnnGraphView& graph, const Settings& settings, const Progress& progress) {
  return embed(graph, {}, settings, progress);
}

}  // namespace nearfold
