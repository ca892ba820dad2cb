// What a run did, for people on stderr and for programs as JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "nearfold/embed.hpp"

namespace nearfold::cli {

/// The JSON report: every field of RunInfo that is set, seconds by stage with their total, and the
/// settings that made the run.
nlohmann::ordered_json report_json(const RunInfo& info, const Settings& settings);

/// Two or three lines.
std::string summary(const RunInfo& info);

}  // namespace nearfold::cli
