// Words that people write for those that are known: spelled another way, or misspelled. One place
// for flags, commands, methods, metrics, indexes and all other choices.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace nearfold::cli {

/// The known word that `word` is, but for case, hyphens, underscores and spaces: "UMAP", "t-SNE".
std::optional<std::string> meant(const std::string& word, const std::vector<std::string>& known);

/// "; did you mean 'euclidean'?" or nothing where no known word is near.
std::string did_you_mean(const std::string& word, const std::vector<std::string>& known);

/// The parts of a text between its commas: one where there is none.
std::vector<std::string> between_commas(const std::string& text);

}  // namespace nearfold::cli
