// PaCMAP and LocalMAP as the tool knows them.
#include <array>
#include <string>

#include "cli/flags.hpp"
#include "cli/method_words.hpp"
#include "cli/report.hpp"
#include "cli/words.hpp"
#include "nearfold/error.hpp"

namespace nearfold::cli {
namespace {

/// Three numbers, or that of the last phase.
std::array<int, 3> phases_in(const std::string& text) {
  const std::vector<std::string> words = between_commas(text);
  std::array<int, 3> phases = PacmapParams{}.num_iters;
  if (words.size() == 1)
    phases[2] = parse_number<int>(text);
  else
    for (std::size_t i = 0; i < phases.size(); ++i) phases[i] = parse_number<int>(words.at(i));
  return phases;
}

std::string fault_of_phases(const std::string& text) {
  const std::vector<std::string> words = between_commas(text);
  if (words.size() != 1 && words.size() != 3)
    return "'" + text + "' is no list of three numbers, as 100,100,250, nor one";
  for (const std::string& word : words)
    if (std::string fault = fault_of<int>(word); !fault.empty()) return fault;
  return "";
}

/// What both take of the shared flags.
void take(PacmapParams& p, const SharedFlags& shared) {
  if (shared.n_neighbors) p.n_neighbors = *shared.n_neighbors;
  p.MN_ratio = shared.pairs.MN_ratio;
  p.FP_ratio = shared.pairs.FP_ratio;
  p.num_iters = shared.pairs.num_iters;
  p.lr = shared.learning_rate.value_or(p.lr);
  if (!shared.iterations) return;
  const int early = p.num_iters[0] + p.num_iters[1];
  if (*shared.iterations < early)
    throw InvalidParameter("--max-iter is " + std::to_string(*shared.iterations) +
                           ", and the first two phases take " + std::to_string(early) +
                           "; give more, or all three by --num-iters");
  p.num_iters[2] = *shared.iterations - early;
}

}  // namespace

void add_neighbors_flag(CLI::App& app, SharedFlags& shared) {
  const auto set = [&shared](const std::string& text) {
    shared.n_neighbors =
        text == "auto" ? std::optional<int>() : std::optional<int>(parse_number<int>(text));
  };
  const auto fault = [](const std::string& text) {
    return text == "auto" ? std::string() : fault_of<int>(text);
  };
  option(app, "--n-neighbors",
         "Neighbours: of umap the point included, as umap-learn counts, by default 15; of pacmap "
         "and localmap without it, by default 10, auto being more from 10,000 points on",
         {set, fault, "", "INT"});
}

void add_pair_flags(CLI::App& app, SharedFlags& shared, Varied varied) {
  const std::string group = "PaCMAP and LocalMAP";
  PacmapParams& p = shared.pairs;
  number(app, "--MN-ratio", p.MN_ratio, "Mid-near pairs per near pair")->group(group);
  if (varied == Varied::none)
    number(app, "--FP-ratio", p.FP_ratio, "Further pairs per near pair")->group(group);
  std::string usual;
  for (const int phase : p.num_iters) usual += (usual.empty() ? "" : ",") + std::to_string(phase);
  option(app, "--num-iters", "Iterations of the three phases, or of the last alone",
         {[&p](const std::string& text) { p.num_iters = phases_in(text); },
          [](const std::string& text) { return fault_of_phases(text); }, usual, "INT,INT,INT"})
      ->group(group);
}

const char* title(const PacmapParams&) {
  return "PaCMAP";
}

const char* title(const LocalmapParams&) {
  return "LocalMAP";
}

/// All are shared with LocalMAP.
void add_flags(CLI::App& /*app*/, Conditions& /*conditions*/, PacmapParams& /*params*/,
               Varied /*varied*/) {}

void add_flags(CLI::App& app, Conditions& /*conditions*/, LocalmapParams& p, Varied varied) {
  if (varied == Varied::none)
    number(app, "--low-dist-thres", p.low_dist_thres,
           "How near on the map the last phase draws further pairs")
        ->group("LocalMAP");
}

PacmapParams with(const PacmapParams& params, const SharedFlags& shared) {
  PacmapParams all = params;
  take(all, shared);
  return all;
}

LocalmapParams with(const LocalmapParams& params, const SharedFlags& shared) {
  LocalmapParams all = params;
  take(all, shared);
  return all;
}

void GridFlags<PacmapParams>::add(CLI::App& app) {
  numbers(app, "--FP-ratio", FP_ratio, "PaCMAP: columns")->group("Grid");
}

void GridFlags<LocalmapParams>::add(CLI::App& app) {
  numbers(app, "--low-dist-thres", low_dist_thres, "LocalMAP: columns")->group("Grid");
}

}  // namespace nearfold::cli
