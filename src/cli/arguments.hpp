// The command line before it is parsed: what is no command and no flag is named alone, with what
// was probably meant, and nothing else is blamed for it.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace nearfold::cli {

/// The command line with --two_words written --two-words: both are what people know.
std::vector<std::string> hyphenated(int argc, char** argv);

/// Throws InvalidParameter for the first word that is neither a command nor a flag of it.
void require_known(const CLI::App& app, const std::vector<std::string>& words);

}  // namespace nearfold::cli
