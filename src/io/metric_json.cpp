#include "io/metric_json.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "nearfold/error.hpp"

namespace nearfold::io {
namespace {

template <class Params, class Visit>
void for_each_row(Params& params, const Visit& visit) {
  visit("w", params.w);
  visit("V", params.V);
  visit("VI", params.VI);
}

double power_in(const Json& p, const ByteSource& source) {
  if (p.is_number()) return p.get<double>();
  if (p.is_string() && p.get<std::string>() == "inf")
    return std::numeric_limits<double>::infinity();
  source.malformed("'p' of the metric is no number");
}

}  // namespace

Json json_of(const Distance& distance) {
  if (distance.custom)
    throw Unsupported(
        "metric custom is a function of the caller's, which no file keeps; use another metric, or "
        "save the graph");
  const MetricParams& params = distance.params;
  Json json = Json::object();
  if (params.p) json["p"] = std::isinf(*params.p) ? Json("inf") : Json(*params.p);
  for_each_row(params, [&](const char* key, const std::vector<double>& row) {
    if (!row.empty()) json[key] = row;
  });
  return json;
}

void add_metric_params(Json& json, const Distance& distance) {
  Json params = json_of(distance);
  if (!params.empty()) json[kMetricParams] = std::move(params);
}

MetricParams metric_params_in(const Json& json, const ByteSource& source) {
  MetricParams params;
  const auto found = json.find(kMetricParams);
  if (found == json.end()) return params;
  if (!found->is_object()) source.malformed("'metric_params' is no object");
  if (found->contains("p")) params.p = power_in((*found)["p"], source);
  for_each_row(params, [&](const char* key, std::vector<double>& row) {
    const auto values = found->find(key);
    if (values == found->end()) return;
    if (!values->is_array())
      source.malformed("'" + std::string(key) + "' of the metric is no array");
    for (const Json& value : *values) {
      if (!value.is_number())
        source.malformed("'" + std::string(key) + "' of the metric holds what is no number");
      row.push_back(value.get<double>());
    }
  });
  return params;
}

}  // namespace nearfold::io
