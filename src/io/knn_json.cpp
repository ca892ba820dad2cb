#include "io/knn_json.hpp"

#include <algorithm>

#include "io/field_json.hpp"

namespace nearfold::io {
namespace {

template <std::size_t at = 0>
KnnParams of_kind(std::size_t kind, const Json& json, const ByteSource& source) {
  if constexpr (at + 1 < std::variant_size_v<KnnParams>)
    if (kind != at) return of_kind<at + 1>(kind, json, source);
  std::variant_alternative_t<at, KnnParams> params;
  read_fields(json, source, params);
  return params;
}

}  // namespace

Json json_of(const KnnParams& params) {
  return {{"kind", kKnnKinds[params.index()]},
          {"params", std::visit([](const auto& p) { return json_of_fields(p); }, params)}};
}

std::size_t choice_of(const Json& json, const char* key, std::span<const char* const> names,
                      const ByteSource& source) {
  const auto value = required<std::string>(json, key, source);
  const auto found = std::find(names.begin(), names.end(), value);
  if (found == names.end())
    source.malformed(in_quotes(key) + " is " + in_quotes(value) + ", which is not known here");
  return static_cast<std::size_t>(found - names.begin());
}

KnnParams knn_params_in(const Json& json, const ByteSource& source) {
  const std::size_t kind = choice_of(json, "kind", kKnnKinds, source);
  return of_kind(kind, required<Json>(json, "params", source), source);
}

}  // namespace nearfold::io
