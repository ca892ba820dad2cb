#include "settings.hpp"

#include <nanobind/stl/array.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

#include "arrays.hpp"
#include "core/alternatives.hpp"
#include "knn/kinds.hpp"
#include "method.hpp"
#include "nearfold/error.hpp"
#include "nearfold/weights.hpp"
#include "run/check_run.hpp"
#include "target/target.hpp"

namespace nearfold::python {
namespace {

template <class T>
void read(const nb::handle& given, const char* key, T& value) {
  try {
    value = nb::cast<T>(given);
  } catch (const nb::cast_error&) {
    throw WrongType(std::string(key) + " is " + nb::cast<std::string>(nb::repr(given)) +
                    ", which is of a wrong type");
  }
}

template <class Enum>
requires std::is_enum_v<Enum>
void read(const nb::handle& given, const char* key, Enum& value) {
  std::string word, words;
  read(given, key, word);
  for (const Enum one : words_of(value)) {
    if (word == name(one)) return void(value = one);
    words += (words.empty() ? "" : ", ") + std::string(name(one));
  }
  throw InvalidParameter(std::string(key) + " is '" + word + "'; it is one of " + words);
}

void read(const nb::handle& given, const char* /*key*/, OutputMetric& value) {
  value = output_metric_named(nb::cast<std::string>(given));
}

/// Fields that are in `given`, of which every name but "kind" must be one.
template <class Params>
Params read_fields(const nb::dict& given) {
  Params params;
  std::size_t known = 1;
  for_each_field(params, [&](const char* key, auto& value) {
    if (!given.contains(key)) return;
    ++known;
    read(given[key], key, value);
  });
  if (known != given.size()) {
    const auto text = nb::cast<std::string>(nb::repr(given));
    throw WrongType(text + " has a name that is no parameter of its kind");
  }
  return params;
}

template <class Enum>
requires std::is_enum_v<Enum> nb::object value_of_field(const Enum& value) {
  return nb::cast(name(value));
}
template <class T>
nb::object value_of_field(const T& value) {
  return nb::cast(value);
}

template <class Params>
nb::dict fields_of(const Params& params) {
  nb::dict out;
  for_each_field(params,
                 [&](const char* key, const auto& value) { out[key] = value_of_field(value); });
  return out;
}

template <std::size_t at = 0>
KnnParams read_kind(const nb::dict& given, const std::string& kind) {
  if constexpr (at == kKnnKinds.size()) {
    throw InvalidParameter("index is '" + kind + "'; it is auto, flat, ivf, hnsw or nndescent");
  } else {
    if (kind == kKnnKinds[at]) return read_fields<std::variant_alternative_t<at, KnnParams>>(given);
    return read_kind<at + 1>(given, kind);
  }
}

ZeroVectors zero_vectors_of(const nb::handle& given) {
  std::string word;
  read(given, "zero_vectors", word);
  const auto* const found = std::find(kZeroVectors.begin(), kZeroVectors.end(), word);
  if (found == kZeroVectors.end())
    throw InvalidParameter("zero_vectors is '" + word + "'; it is 'error' or 'far'");
  return static_cast<ZeroVectors>(found - kZeroVectors.begin());
}

std::vector<double> row_of(const nb::dict& given, const char* key) {
  return given.contains(key) ? nb::cast<std::vector<double>>(given[key]) : std::vector<double>();
}

/// As nearfold/_metrics.py makes them.
MetricParams metric_params_of(const nb::dict& given) {
  MetricParams params{
      .p = {}, .w = row_of(given, "w"), .V = row_of(given, "V"), .VI = row_of(given, "VI")};
  if (given.contains("p")) params.p = nb::cast<double>(given["p"]);
  return params;
}

Init init_of(const nb::handle& given) {
  if (!nb::isinstance<nb::str>(given)) {
    const auto array = nb::cast<Floats2>(given);
    Matrix start(static_cast<std::int64_t>(array.shape(0)),
                 static_cast<std::int64_t>(array.shape(1)));
    std::copy_n(array.data(), array.size(), start.data());
    return ArrayInit{std::move(start)};
  }
  const auto word = nb::cast<std::string>(given);
  if (word == "pca") return PcaInit{};
  if (word == "spectral") return SpectralInit{};
  if (word == "random") return RandomInit{};
  throw InvalidParameter("init is '" + word + "'; it is pca, spectral, random or an array");
}

template <class T>
T value_of(const nb::dict& given, const char* key, T otherwise) {
  if (given.contains(key)) read(given[key], key, otherwise);
  return otherwise;
}

/// As nearfold/_targets.py makes them.
Target target_of(const nb::dict& given) {
  const auto weight = value_of(given, "target_weight", 0.5);
  if (nb::cast<std::string>(given["kind"]) == "categorical") {
    const auto classes = nb::cast<Ints1>(given["entries"]);
    return ClassTarget{{classes.data(), classes.data() + classes.size()},
                       weight,
                       value_of(given, "target_propagate", false)};
  }
  if (nb::cast<std::string>(given["kind"]) == "graph") {
    const auto offsets = nb::cast<std::vector<std::int64_t>>(given["offsets"]);
    const auto columns = nb::cast<Ints1>(given["columns"]);
    const auto weights = nb::cast<Floats1>(given["weights"]);
    const auto word = nb::cast<std::string>(given["combine"]);
    GraphTarget target{.weight = weight};
    for (const CombineName& row : kCombines)
      if (word == row.name) target.combine = row.combine;
    target.edges = std::make_shared<const EdgeWeights>(
        EdgeWeights{std::ssize(offsets) - 1,
                    offsets,
                    {columns.data(), columns.data() + columns.size()},
                    {weights.data(), weights.data() + weights.size()}});
    return target;
  }
  const auto values = nb::cast<Floats1>(given["entries"]);
  return ValueTarget{{values.data(), values.data() + values.size()},
                     weight,
                     value_of(given, "target_n_neighbors", std::optional<int>())};
}

}  // namespace

KnnParams knn_params(const nb::dict& given) {
  return read_kind(given, nb::cast<std::string>(given["kind"]));
}

Method method_params(const nb::dict& given) {
  const auto kind = nb::cast<std::string>(given["kind"]);
  std::optional<Method> found;
  for_each_alternative<Method>([&]<class Params>(const Params& params) {
    if (kind == method_name(params)) found = read_fields<Params>(given);
  });
  if (!found) throw InvalidParameter("method is '" + kind + "', which is not known here");
  return *found;
}

Device device_of(const nb::dict& given) {
  const auto word = value_of<std::string>(given, "device", "cpu");
  const Cpu cpu{value_of(given, "threads", 0)};
  if (word == "cpu") return cpu;
  if (word == "auto") {
    const Device best = best_device();
    return std::holds_alternative<Cpu>(best) ? Device(cpu) : best;
  }
  if (word == "cuda") return Cuda{0};
  constexpr std::string_view kOne = "cuda:";
  if (int which = 0; word.starts_with(kOne)) {
    const char* const end = word.data() + word.size();
    const auto [last, error] = std::from_chars(word.data() + kOne.size(), end, which);
    if (error == std::errc() && last == end && which >= 0) return Cuda{which};
  }
  throw InvalidParameter("device is '" + word + "'; it is auto, cpu, cuda or cuda:0, cuda:1, ...");
}

Settings settings_of(const nb::dict& given) {
  Settings settings;
  if (given.contains("method"))
    settings.method = method_params(nb::cast<nb::dict>(given["method"]));
  if (given.contains("knn")) settings.knn = knn_params(nb::cast<nb::dict>(given["knn"]));
  if (given.contains("metric"))
    settings.distance.metric = metric_named(nb::cast<std::string>(given["metric"]));
  if (given.contains("metric_params"))
    settings.distance.params = metric_params_of(nb::cast<nb::dict>(given["metric_params"]));
  if (given.contains("zero_vectors"))
    settings.distance.zero_vectors = zero_vectors_of(given["zero_vectors"]);
  if (given.contains("init") && !given["init"].is_none()) settings.init = init_of(given["init"]);
  settings.dims = value_of(given, "n_components", settings.dims);
  settings.seed = value_of(given, "seed", settings.seed);
  settings.unique = value_of(given, "unique", false);
  if (given.contains("targets"))
    for (const nb::handle one : nb::cast<nb::list>(given["targets"]))
      settings.targets.push_back(target_of(nb::cast<nb::dict>(one)));
  const bool on_cpu = !why_not_on_gpu(settings).empty();
  const bool any_device = value_of<std::string>(given, "device", "cpu") == "auto";
  settings.device =
      any_device && on_cpu ? Device(Cpu{value_of(given, "threads", 0)}) : device_of(given);
  settings.memory_limit = value_of(given, "memory_limit", settings.memory_limit);
  return settings;
}

nb::dict to_python(const Settings& settings) {
  const auto fields = [](const auto& params) { return fields_of(params); };
  nb::dict knn, out;
  knn["kind"] = kKnnKinds[settings.knn.index()];
  knn["params"] = std::visit(fields, settings.knn);
  out["method"] = name_of(settings.method);
  out["params"] = std::visit(fields, settings.method);
  out["knn"] = knn;
  out["metric"] = name(settings.distance.metric);
  nb::dict given;
  const MetricParams& params = settings.distance.params;
  if (params.p && std::isinf(*params.p)) given["p"] = "inf";  // JSON has no infinity
  if (params.p && !std::isinf(*params.p)) given["p"] = *params.p;
  if (!params.w.empty()) given["w"] = params.w;
  if (!params.V.empty()) given["V"] = params.V;
  if (!params.VI.empty()) given["VI"] = params.VI;
  if (given.size() > 0) out["metric_params"] = given;
  out["zero_vectors"] = kZeroVectors[static_cast<std::size_t>(settings.distance.zero_vectors)];
  out["n_components"] = settings.dims;
  out["seed"] = settings.seed;
  return out;
}

}  // namespace nearfold::python
