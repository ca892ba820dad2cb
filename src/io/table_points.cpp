#include "io/table_points.hpp"

#include <algorithm>
#include <utility>

#include "io/field.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {
namespace {

using Role = ScannedColumn::Role;

/// The column of 0 and 1 of each distinct text, counted from the first; -1 for a missing one.
struct OneHot {
  std::int64_t width = 0;
  std::vector<std::int64_t> place = {};  // of Categories::texts
};

OneHot one_hot(const ScannedColumns& columns, std::size_t c, const std::string& file) {
  constexpr std::size_t kMost = 1000;
  const std::vector<std::string>& texts = columns[c].categories.texts;
  if (texts.size() > kMost)
    throw InvalidInput("'" + file + "': " + title_of(columns, c) + " has " +
                       std::to_string(texts.size()) +
                       " distinct texts; --one-hot makes a column of each, of at most 1000");
  std::vector<std::string> sorted;
  for (const std::string& text : texts)
    if (!is_missing(text)) sorted.push_back(text);
  std::sort(sorted.begin(), sorted.end());
  OneHot hot{.width = static_cast<std::int64_t>(sorted.size())};
  for (const std::string& text : texts)
    hot.place.push_back(is_missing(text) ? -1
                                         : std::lower_bound(sorted.begin(), sorted.end(), text) -
                                               sorted.begin());
  return hot;
}

}  // namespace

Features with_one_hot(const ScannedColumns& columns, TextValues&& features, std::int64_t rows,
                      const std::string& file) {
  std::vector<OneHot> hot(columns.size());
  Features out;
  bool any = false;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const bool one = columns[c].role == Role::one_hot;
    if (one) hot[c] = one_hot(columns, c, file);
    const bool is_feature = columns[c].role == Role::feature;
    out.from.insert(out.from.end(), is_feature ? 1 : static_cast<std::size_t>(hot[c].width), c);
    any |= one;
  }
  if (!any) {
    out.values = std::move(features);
    return out;
  }
  out.values.reserve(static_cast<std::size_t>(rows) * out.from.size());
  std::size_t next = 0;
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (columns[c].role == Role::feature) out.values.push_back(features[next++]);
      if (columns[c].role != Role::one_hot) continue;
      const auto id =
          static_cast<std::size_t>(columns[c].categories.ids[static_cast<std::size_t>(i)]);
      for (std::int64_t t = 0; t < hot[c].width; ++t)
        out.values.push_back(t == hot[c].place[id] ? 1 : 0);
    }
  return out;
}

}  // namespace nearfold::io
