// Columns that flags name, by name or number.
#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "io/scanned_column.hpp"
#include "io/source.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {
namespace {

std::string joined(const std::vector<std::string>& words, std::size_t most = 20) {
  std::string all;
  for (std::size_t i = 0; i < std::min(words.size(), most); ++i)
    all += (i > 0 ? ", " : "") + words[i];
  return all + (words.size() > most ? ", ..." : "");
}

/// What a flag may call a column, resolved to numbers.
class Resolver {
 public:
  Resolver(const ScannedColumns& columns, std::string file)
      : columns_(columns), file_(std::move(file)) {}

  std::vector<std::size_t> resolve(const std::string& flag, const std::string& word) const {
    if (auto found = named(flag, word)) return {*found};
    std::vector<std::size_t> all;
    for (std::size_t begin = 0; begin <= word.size();) {
      const std::size_t end = std::min(word.find(',', begin), word.size());
      add(flag, word.substr(begin, end - begin), all);
      begin = end + 1;
    }
    return all;
  }

 private:
  void add(const std::string& flag, const std::string& word, std::vector<std::size_t>& all) const {
    if (auto found = named(flag, word)) return all.push_back(*found);
    const std::size_t dash = word.find('-', 1);
    const auto first = number(word.substr(0, dash));
    const auto last = dash < word.size() ? number(word.substr(dash + 1)) : first;
    if (!first || !last || *first > *last || *last >= columns_.size()) unknown(flag, word);
    for (std::size_t c = *first; c <= *last; ++c) all.push_back(c);
  }

  std::optional<std::size_t> named(const std::string& flag, const std::string& word) const {
    std::optional<std::size_t> found;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      if (word.empty() || columns_[c].name != word) continue;
      if (found) throw_same_name(flag, word, *found, c);
      found = c;
    }
    return found;
  }

  [[noreturn]] static void throw_same_name(const std::string& flag, const std::string& word,
                                           std::size_t first, std::size_t second) {
    throw InvalidParameter(flag + " " + word + ": columns " + std::to_string(first) + " and " +
                           std::to_string(second) + " have this name; give the number");
  }

  static std::optional<std::size_t> number(const std::string& word) {
    std::size_t value = 0;
    const char* const end = word.data() + word.size();
    const auto [after, status] = std::from_chars(word.data(), end, value);
    if (status != std::errc{} || after != end) return {};
    return value;
  }

  [[noreturn]] void unknown(const std::string& flag, const std::string& word) const {
    std::vector<std::string> names;
    bool any = false;
    for (const ScannedColumn& column : columns_) {
      any = any || !column.name.empty();
      names.push_back(column.name.empty() ? "(no name)" : in_quotes(column.name));
    }
    if (!any) names.clear();
    throw InvalidParameter(flag + " " + word + ": '" + file_ + "' has no such column; it has " +
                           std::to_string(columns_.size()) + ", numbered from 0" +
                           (names.empty() ? "" : ": " + joined(names)));
  }

  const ScannedColumns& columns_;
  std::string file_;
};

}  // namespace

void assign_roles(ScannedColumns& columns, const TableOptions& options, const std::string& file) {
  using Role = ScannedColumn::Role;
  const Resolver resolver(columns, file);
  std::vector<std::string> flag_of(columns.size());
  const auto give = [&](const std::string& flag, const std::string& word, Role role) {
    for (const std::size_t c : resolver.resolve(flag, word)) {
      if (!flag_of[c].empty() && flag_of[c] != flag)
        throw InvalidParameter(flag_of[c] + " and " + flag + " both name " + title_of(columns, c) +
                               "; give one of them");
      flag_of[c] = flag;
      columns[c].role = role;
    }
  };
  for (const std::string& word : options.drop) give("--drop", word, Role::left_out);
  for (const std::string& word : options.one_hot) give("--one-hot", word, Role::one_hot);
  if (!options.label_column.empty()) {
    if (resolver.resolve("--label-column", options.label_column).size() != 1)
      throw InvalidParameter("--label-column " + options.label_column +
                             " names several columns; labels are one");
    give("--label-column", options.label_column, Role::label);
  }
  if (!options.value_column.empty()) {
    if (resolver.resolve("--value-column", options.value_column).size() != 1)
      throw InvalidParameter("--value-column " + options.value_column +
                             " names several columns; values are one");
    give("--value-column", options.value_column,
         options.values_alone ? Role::feature : Role::left_out);
  }
  for (const std::string& word : options.columns) give("--columns", word, Role::feature);
  for (std::size_t c = 0; c < columns.size(); ++c) {
    columns[c].is_chosen = !flag_of[c].empty() && columns[c].role == Role::feature;
    const bool others_too = options.columns.empty() && !options.values_alone;
    if (!others_too && flag_of[c].empty()) columns[c].role = Role::left_out;
  }
}

}  // namespace nearfold::io
