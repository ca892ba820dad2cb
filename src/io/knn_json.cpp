#include "io/knn_json.hpp"

#include <algorithm>

namespace nearfold::io {
namespace {

// The fields of each method.
Json params_of(const FlatKnn&) {
  return Json::object();
}
Json params_of(const IvfKnn& p) {
  return {{"nlist", json_of(p.nlist)},
          {"nprobe", json_of(p.nprobe)},
          {"target_recall", p.target_recall}};
}
Json params_of(const HnswKnn& p) {
  return {{"M", p.M},
          {"ef_construction", p.ef_construction},
          {"ef", json_of(p.ef)},
          {"target_recall", p.target_recall}};
}
Json params_of(const NnDescentKnn& p) {
  return {{"n_iters", json_of(p.n_iters)},
          {"max_candidates", p.max_candidates},
          {"target_recall", p.target_recall}};
}
Json params_of(const AutoKnn& p) {
  return {{"target_recall", p.target_recall}};
}

int whole(const Json& json, const char* key, const ByteSource& source) {
  return optional_int(json, key, source).value_or(0);
}

void read(const Json&, const ByteSource&, FlatKnn&) {}
void read(const Json& json, const ByteSource& source, IvfKnn& p) {
  p = {optional_int(json, "nlist", source), optional_int(json, "nprobe", source),
       required<double>(json, "target_recall", source)};
}
void read(const Json& json, const ByteSource& source, HnswKnn& p) {
  p = {whole(json, "M", source), whole(json, "ef_construction", source),
       optional_int(json, "ef", source), required<double>(json, "target_recall", source)};
}
void read(const Json& json, const ByteSource& source, NnDescentKnn& p) {
  p = {optional_int(json, "n_iters", source), whole(json, "max_candidates", source),
       required<double>(json, "target_recall", source)};
}
void read(const Json& json, const ByteSource& source, AutoKnn& p) {
  p = {required<double>(json, "target_recall", source)};
}

template <std::size_t at = 0>
KnnParams of_kind(std::size_t kind, const Json& json, const ByteSource& source) {
  if constexpr (at + 1 < std::variant_size_v<KnnParams>)
    if (kind != at) return of_kind<at + 1>(kind, json, source);
  std::variant_alternative_t<at, KnnParams> params;
  read(json, source, params);
  return params;
}

}  // namespace

Json json_of(const KnnParams& params) {
  return {{"kind", kKnnKinds[params.index()]},
          {"params", std::visit([](const auto& p) { return params_of(p); }, params)}};
}

std::size_t choice_of(const Json& json, const char* key, std::span<const char* const> names,
                      const ByteSource& source) {
  const auto value = required<std::string>(json, key, source);
  const auto found = std::find(names.begin(), names.end(), value);
  if (found == names.end())
    source.malformed(io::quoted(key) + " is " + io::quoted(value) + ", which is not known here");
  return static_cast<std::size_t>(found - names.begin());
}

KnnParams knn_params_in(const Json& json, const ByteSource& source) {
  const std::size_t kind = choice_of(json, "kind", kKnnKinds, source);
  return of_kind(kind, required<Json>(json, "params", source), source);
}

}  // namespace nearfold::io
