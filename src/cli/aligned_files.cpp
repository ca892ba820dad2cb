#include "cli/aligned_files.hpp"

#include <algorithm>

#include "nearfold/error.hpp"

namespace nearfold::cli {

Relation read_relation(const std::string& word, std::int64_t n, std::int64_t m) {
  if (word == kSameRows) {
    if (n == m) return same_rows(n);
    throw InvalidInput("--relations is 'same' for sets of " + std::to_string(n) + " and " +
                       std::to_string(m) + " rows; give a file of pairs");
  }
  const io::Integers pairs = io::read_integers(word);
  if (pairs.cols != 2)
    throw InvalidInput("'" + word + "' has " + std::to_string(pairs.cols) +
                       " columns, and a relation has 2: a row, and the row of the next set");
  Relation out;
  for (std::size_t p = 0; p < pairs.values.size(); p += 2)
    out.push_back({pairs.values[p], pairs.values[p + 1]});
  return out;
}

std::vector<std::string> share_names(std::vector<io::Labels>& labels) {
  std::vector<std::string> all;
  for (const io::Labels& one : labels) all.insert(all.end(), one.names.begin(), one.names.end());
  if (all.empty()) return all;
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  for (io::Labels& one : labels) {
    if (one.names.empty())
      throw InvalidInput(
          "the labels of one set are numbers and those of another are names; give one kind");
    for (std::int32_t& id : one.ids)
      if (id >= 0)
        id = static_cast<std::int32_t>(
            std::lower_bound(all.begin(), all.end(), one.names[static_cast<std::size_t>(id)]) -
            all.begin());
    one.names = all;
  }
  return all;
}

}  // namespace nearfold::cli
