// The parameters of a metric (MetricParams) in files: under "metric_params", which files have where
// there are any, and those of earlier versions never.
#pragma once

#include "io/meta_json.hpp"
#include "nearfold/params.hpp"

namespace nearfold::io {

inline constexpr const char* kMetricParams = "metric_params";

/// {"p": 3.0, "w": [...], ...}: of those given alone; infinity is "inf". Throws Unsupported for a
/// metric of the caller, which no file keeps.
Json json_of(const Distance& distance);

/// Adds them to what a file says, where there are any.
void add_metric_params(Json& json, const Distance& distance);

/// Those of a file; ranges are for validate(). Throws InvalidInput for what is of a wrong type.
MetricParams metric_params_in(const Json& json, const ByteSource& source);

}  // namespace nearfold::io
