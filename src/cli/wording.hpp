// The library's words in those of the command line: it names fields and arguments, people know
// flags.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace nearfold::cli {

/// A message of the library with fields named as flags of the command that was run: "n_neighbors is
/// 1" becomes "--n-neighbors is 1". What stands in quotes is the user's and stays.
std::string in_flags(const std::string& message, const CLI::App& app);

/// The remedies in it alone: what a warning has.
std::string in_flags(std::string message);

}  // namespace nearfold::cli
