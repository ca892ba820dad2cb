// Each set is a run of the pipeline (run/embedder_state.hpp): prepared one after the other, then an
// epoch of each in turn, after which all maps move by the alignment term, which reads them as they
// were. So an optimiser knows nothing of the others, and what it does is what embed() does.
#include "nearfold/aligned.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "aligned/check.hpp"
#include "aligned/pull.hpp"
#include "aligned/relatedness.hpp"
#include "aligned/start.hpp"
#include "aligned/ties.hpp"
#include "method.hpp"
#include "nearfold/error.hpp"
#include "pipeline.hpp"
#include "run/embedder_state.hpp"

namespace nearfold {
namespace {

/// One of the sets on its way.
struct Member {
  Settings settings;
  Checkpoint given = {};  // of a map that stays
  bool held = false;
  std::unique_ptr<Embedder::State> state = {};
  double moves = 0;  // of its rows in an epoch
};

class Alignment {
 public:
  Alignment(std::span<const AlignedSet> sets, const Settings& settings, const Progress& progress)
      : sets_(sets),
        on_(std::get<Cpu>(settings.device)),
        learning_rate_(std::get<UmapParams>(settings.method).learning_rate),
        progress_(progress) {
    for (const AlignedSet& set : sets) {
      Member& member = members_.emplace_back(Member{settings_of_set(set, settings)});
      member.held = set.map.rows() > 0;
      if (member.held) member.given = finished_with(set.map);
    }
  }

  /// All sets up to their starts. False when the caller stopped it.
  bool prepare_all() {
    for (std::size_t s = 0; s < sets_.size(); ++s)
      if (!prepare_one(s)) return false;
    return true;
  }

  /// Starts beside each other, then all epochs, as long as the caller wants.
  void run(std::span<const Relation> relations, const AlignedParams& params) {
    ties_ = ties_of(neighborhoods_, relations, params.alignment_window_size, on_);
    for (Member& member : members_) maps_.push_back(layout_of(member));
    for (const Tie& tie : ties_)
      if (tie.to == tie.from + 1 && !members_[tie.to].held) begin_beside(tie);
    std::vector<double> moves;
    std::vector<bool> held;
    for (const Member& member : members_) {
      moves.push_back(member.moves);
      held.push_back(member.held);
    }
    optimise(AlignmentPull(ties_, moves, held, params.alignment_regularisation));
  }

  AlignedResult result() const {
    AlignedResult out;
    for (const Member& member : members_) {
      if (!maps_.empty())
        out.maps.push_back(member.state->result());
      else
        out.maps.push_back({{}, member.state ? member.state->report() : RunInfo{}});
    }
    for (const Tie& tie : ties_)
      if (tie.to == tie.from + 1)
        out.related.push_back(
            relatedness_of(tie, out.maps[tie.from].layout, out.maps[tie.to].layout));
    return out;
  }

 private:
  Checkpoint finished_with(HostMatrix<const float> map) const {
    const int epochs = *std::get<UmapParams>(members_.back().settings.method).n_epochs;
    return {.iteration = epochs,
            .iterations = epochs,
            .layout = Matrix(map.rows(), map.cols(), {map.span().begin(), map.span().end()}),
            .init = "given"};
  }

  bool prepare_one(std::size_t s) {
    Member& member = members_[s];
    const auto& umap = std::get<UmapParams>(member.settings.method);
    const Source source{.points = sets_[s].points,
                        .graph = sets_[s].graph,
                        .checkpoint = member.held ? &member.given : nullptr,
                        .validated = true,
                        .planned = true};
    try {
      member.state = std::make_unique<Embedder::State>(source, member.settings);
      Run run(member.state->info, progress_);
      Prepared<Cpu> prepared = prepare(source, umap, member.settings, on_, run, member.state->info);
      if (run.stopped()) return false;
      neighborhoods_.push_back(neighborhoods_of(prepared.edges, on_));
      member.moves = moves_of_epoch(prepared.edges, umap);
      member.state->optimizer =
          start_optimizer(std::move(prepared), source, umap, member.settings, on_, run);
      return !run.stopped();
    } catch (const InvalidParameter&) {
      throw;
    } catch (const InvalidInput& error) {
      throw InvalidInput(sets_.size() > 1 ? name_of_set(s) + ": " + error.what() : error.what());
    }
  }

  static Matrix layout_of(const Member& member) {
    Matrix layout(member.state->n, member.state->dims);
    member.state->optimizer->copy_layout(layout.view());
    return layout;
  }

  /// Lets the optimiser go on from the map as it is now.
  void put_back(std::size_t s) {
    Embedder::State& state = *members_[s].state;
    state.optimizer->restore({.iteration = state.info.iterations,
                              .iterations = state.total,
                              .layout = std::move(maps_[s])});
  }

  void begin_beside(const Tie& tie) {
    Matrix& own = maps_[tie.to];
    const bool beside_map = members_[tie.from].held;
    RunInfo& info = members_[tie.to].state->info;
    turn_towards(own, maps_[tie.from], tie.back, beside_map ? Scaling::fitted : Scaling::none);
    if (beside_map) take_places(own, maps_[tie.from], tie.back, neighborhoods_[tie.to]);
    info.init += beside_map ? ", at counterparts" : ", aligned";
    if (const std::int64_t rows = tie.rows(); rows <= own.cols())
      info.warnings.push_back(std::to_string(rows) + " row(s) are related to " +
                              name_of_set(tie.from) +
                              ": too few to say how the map is to be turned, for which there must "
                              "be " +
                              std::to_string(own.cols() + 1));
    Matrix kept = own;
    put_back(tie.to);
    own = std::move(kept);
  }

  void optimise(const AlignmentPull& pull) {
    const auto free = std::find_if(members_.begin(), members_.end(),
                                   [](const Member& member) { return !member.held; });
    if (free == members_.end()) return;
    const int total = free->state->total;
    for (int epoch = 0; epoch < total; ++epoch) {
      if (epoch % block() == 0 && !goes_on(epoch, total)) return;
      for (Member& member : members_) member.state->advance(1);
      move_all(pull, learning_rate_ * (1 - static_cast<double>(epoch) / total));
    }
    goes_on(total, total);
  }

  bool goes_on(int epoch, int total) const {
    return !progress_ || progress_({Stage::optimize, epoch, total});
  }

  int block() const {
    int least = 10;
    for (const Member& member : members_) least = std::min(least, member.state->block());
    return members_.size() > 10 ? 1 : least;
  }

  void move_all(const AlignmentPull& pull, double rate) {
    for (std::size_t s = 0; s < members_.size(); ++s)
      if (!members_[s].held && members_.size() > 1) maps_[s] = layout_of(members_[s]);
    std::vector<Matrix> next(members_.size());
    for (std::size_t s = 0; s < members_.size(); ++s) {
      if (!pull.acts_on(s)) continue;
      next[s] = Matrix(maps_[s].rows(), maps_[s].cols());
      pull.move(maps_, s, rate, next[s], on_);
    }
    for (std::size_t s = 0; s < members_.size(); ++s) {
      if (!pull.acts_on(s)) continue;
      maps_[s] = std::move(next[s]);
      put_back(s);
    }
  }

  std::span<const AlignedSet> sets_;
  Cpu on_;
  double learning_rate_;  // of the pull
  const Progress& progress_;
  std::vector<Member> members_;
  std::vector<Neighborhoods> neighborhoods_;
  std::vector<Tie> ties_;
  std::vector<Matrix> maps_;  // as the last epoch left them
};

}  // namespace

Relation same_rows(std::int64_t n) {
  Relation out;
  for (std::int64_t i = 0; i < n; ++i) out.push_back({i, i});
  return out;
}

bool AlignedResult::finished() const {
  return std::all_of(maps.begin(), maps.end(), [](const Result& map) { return map.info.finished; });
}

AlignedResult embed_aligned(std::span<const AlignedSet> sets, std::span<const Relation> relations,
                            const Settings& settings, const AlignedParams& params,
                            const Progress& progress) {
  check_aligned(sets, relations, settings, params);
  require_aligned_memory(sets, settings);
  Alignment alignment(sets, settings, progress);
  if (alignment.prepare_all()) alignment.run(relations, params);
  return alignment.result();
}

}  // namespace nearfold
