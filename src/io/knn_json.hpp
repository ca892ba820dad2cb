// How neighbours were searched for, as JSON: {"kind": "ivf", "params": {"nlist": 100, ...}}.
#pragma once

#include <optional>

#include "io/meta_json.hpp"
#include "knn/kinds.hpp"

namespace nearfold::io {

template <class T>
Json json_of(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}
Json json_of(const KnnParams& params);

/// The value of `key` is one of `names`; returns which.
std::size_t choice_of(const Json& json, const char* key, std::span<const char* const> names,
                      const ByteSource& source);

/// InvalidInput for what is missing or of a wrong type; ranges are for validate().
KnnParams knn_params_in(const Json& json, const ByteSource& source);

}  // namespace nearfold::io
