#include "cli/flags.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "cli/index_spec.hpp"
#include "cli/words.hpp"
#include "io/io.hpp"
#include "io/metric_json.hpp"
#include "knn/honours.hpp"
#include "nearfold/error.hpp"

namespace nearfold::cli {

std::string not_a_number(const std::string& text, bool whole) {
  return "'" + text + "' is not a " + (whole ? "whole " : "") + "number in range; write it like " +
         (whole ? "15" : "0.5");
}

std::string shown(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

Flag file_path(CLI::App& app, const std::string& names, std::string& target,
               const std::string& help) {
  return text(app, names, target, help)->type_name(kFile);
}

Flag folder_path(CLI::App& app, const std::string& names, std::string& target,
                 const std::string& help) {
  return text(app, names, target, help)->type_name(kFolder);
}

std::string in_braces(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "{" : ",") + word;
  return all + "}";
}

Flag take_words(Flag option, const std::vector<std::string>& words) {
  const auto take = [words](std::string& text) {
    if (const auto word = meant(text, words)) {
      text = *word;
      return std::string();
    }
    return "'" + text + "' is none of " + listed(words, "and") + did_you_mean(text, words);
  };
  return option.check(take).type_name(in_braces(words));
}

Flag choice(CLI::App& app, const std::string& names, std::string& target,
            const std::vector<std::string>& words, const std::string& help) {
  return take_words(text(app, names, target, help), words)->default_str(target);
}

void Common::add(CLI::App& app, Conditions& conditions) {
  add_seed(app);
  add_threads(app);
  add_device(app);
  add_progress(app, conditions);
  add_force(app);
  add_json(app);
}

void Common::add_seed(CLI::App& app) {
  number(app, "--seed,--random-state", seed, "Random seed");
}

void Common::add_threads(CLI::App& app) {
  number(app, "--threads,--n-jobs", threads, "Threads, 0 for all; never changes the result");
}

void Common::add_device(CLI::App& app) {
  text(app, "--device", device,
       "Where it runs; auto is a GPU where there is one and it can do this")
      ->type_name(in_braces({"auto", "cpu", "cuda"}) + "[:INT]")
      ->default_str(device);
}

void Common::add_force(CLI::App& app) {
  flag(app, "--force", force, "Overwrite existing files");
}

void Common::add_json(CLI::App& app) {
  flag(app, "--json", json, "Print the report as JSON on stdout");
}

void Common::add_progress(CLI::App& app, Conditions& conditions) {
  flag(app, "-q,--quiet", quiet, "Print errors only");
  const auto hidden = [this] {
    return unless(!quiet || progress == "auto" || progress == "none",
                  "shows what --quiet hides; leave one of them out");
  };
  conditions.add(app, hidden, [&] {
    choice(app, "--progress", progress, {"auto", "bar", "plain", "json", "none"},
           "How progress is shown on stderr");
  });
}

Device Common::device_for(const KnnParams& knn, const Distance& distance) const {
  return device_where(searched_on_gpu(knn, distance.metric));
}

Device Common::device_where(bool gpu_does) const {
  if (meant(device, {"auto"}) == std::nullopt || !gpu_does) return processor();
  const Device best = best_device();
  return std::holds_alternative<Cpu>(best) ? processor() : best;
}

Device Common::processor() const {
  const std::size_t colon = device.find(':');
  const std::string kind = meant(device.substr(0, colon), {"auto", "cpu", "cuda"}).value_or("");
  if (kind == "cuda" && colon != std::string::npos)
    return Cuda{parse_number<int>(device.substr(colon + 1))};
  if (kind == "cuda") return Cuda{};
  if (!kind.empty() && colon == std::string::npos) return cpu();
  throw InvalidParameter("device is '" + device + "', and must be auto, cpu, cuda or cuda:i");
}

void add_graph_format(CLI::App& app, bool& include_self, bool& csr) {
  flag(app, "--include-self", include_self,
       "Write each point as its own first neighbour, as umap-learn wants it");
  flag(app, "--csr", csr, "Write the sparse matrix that scikit-learn wants, k+1 entries a row");
}

io::GraphFormat graph_format(bool include_self, bool csr) {
  if (include_self && csr)
    throw InvalidParameter(
        "--csr includes the points themselves already; leave --include-self out");
  if (csr) return io::GraphFormat::csr;
  return include_self ? io::GraphFormat::umap : io::GraphFormat::nearfold;
}

void MetricFlags::add(CLI::App& app, Conditions& conditions, const std::string& group,
                      bool matrices) {
  std::vector<std::string> words = metric_words();
  std::erase(words, name(Metric::custom));  // a function of the C++ interface
  if (matrices) words.emplace_back("precomputed");
  metric_option = choice(app, "--metric", metric, words,
                         matrices ? "Distance between points; precomputed: the input is the matrix "
                                    "of all distances"
                                  : "Distance between points")
                      ->group(group);
  number(app, "--p", p, "Power of minkowski, 1 or more; inf is the largest difference")
      ->group(group);
  text(app, "--metric-file", metric_file,
       "Further parameters of the metric: of minkowski a weight for each column, of seuclidean its "
       "variance, of mahalanobis the inverse covariance")
      ->type_name("FILE")
      ->group(group);
  add_zero_vectors(app, conditions, zero_vectors, [this] {
    return std::vector{metric};
  })->group(group);
}

MetricParams MetricFlags::metric_params() const {
  MetricParams params{.p = p};
  if (metric_file.empty()) return params;
  const Matrix read = io::read_matrix(metric_file);
  const std::vector<double> values(read.data(), read.data() + read.size());
  switch (precomputed() ? MetricArgument::none : row_of(metric_named(metric)).argument) {
    case MetricArgument::none:
      throw InvalidParameter(
          "--metric-file tells minkowski, seuclidean and mahalanobis something, "
          "and --metric is " +
          metric + "; leave it out");
    case MetricArgument::power:
      params.w = values;
      break;
    case MetricArgument::variances:
      params.V = values;
      break;
    case MetricArgument::inverse_covariance:
      params.VI = values;
      break;
  }
  return params;
}

Flag add_zero_vectors(CLI::App& app, Conditions& conditions, std::string& zero_vectors,
                      std::function<std::vector<std::string>()> metrics) {
  const auto turned = [](const MetricRow& row) { return directed(row.points); };
  const std::string turning = listed(metrics_that(turned), "and");
  const auto none_turns = [turning, metrics = std::move(metrics)] {
    const std::vector<std::string> used = metrics();
    const bool any = std::any_of(used.begin(), used.end(), [](const std::string& word) {
      return word != "precomputed" && directed(metric_named(word));
    });
    return any ? ""
               : "is for " + turning + ", and --metric is " + listed(used, "and") +
                     "; leave it out";
  };
  Flag option = nullptr;
  conditions.add(app, none_turns, [&] {
    option = choice(app, "--zero-vectors", zero_vectors, {"error", "far"},
                    "Zero vectors (constant ones for correlation) under " + turning +
                        ": refuse them, or take them as far from all others");
  });
  return option;
}

Distance MetricFlags::distance() const {
  return {precomputed() ? Metric::euclidean : metric_named(metric),
          zero_vectors == "far" ? ZeroVectors::far : ZeroVectors::refuse,
          metric_params(),
          {}};
}

void IndexFlags::add(CLI::App& app, Conditions& conditions,
                     const std::function<std::string()>& made) {
  const std::string group = "Neighbours";
  const auto is_made = [made] {
    const std::string by = made();
    return by.empty() ? "" : "chooses a search, and " + by + " is there instead; leave it out";
  };
  conditions.add(app, is_made, [&] {
    text(app, "--index,--knn-method", index,
         "Search: flat (exact), ivf, hnsw, nndescent, or auto (the one of least predicted work); "
         "parameters follow as in ivf:nlist=1024,nprobe=16 or hnsw:M=16,target_recall=0.98")
        ->type_name(index_type())
        ->default_str(index)
        ->group(group);
  });
  MetricFlags::add(app, conditions, group, /*matrices=*/true);
  conditions.of(app, "--zero-vectors", is_made);
}

KnnParams IndexFlags::params() const {
  if (precomputed() && index != "flat")
    throw InvalidParameter("--index " + index +
                           " searches among points, and --metric precomputed has all distances; "
                           "leave --index out");
  return parse_index(index);
}

nlohmann::ordered_json IndexFlags::json() const {
  nlohmann::ordered_json out{{"index", index_spec(params())},
                             {"metric", precomputed() ? metric : name(distance().metric)},
                             {"zero_vectors", zero_vectors}};
  const nlohmann::json params = io::json_of(distance());
  if (!params.empty()) out[io::kMetricParams] = params;
  return out;
}

}  // namespace nearfold::cli
