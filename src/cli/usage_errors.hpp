// What CLI11 finds wrong with a command line, in one line of ours.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace nearfold::cli {

/// What is wrong and what to do about it.
std::string usage_text(const CLI::ParseError& error, const CLI::App& app);

}  // namespace nearfold::cli
