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

void fill(const OneHot& hot, const Categories& categories, Matrix& points, std::int64_t first) {
  for (std::int64_t i = 0; i < points.rows(); ++i) {
    const auto id = static_cast<std::size_t>(categories.ids[static_cast<std::size_t>(i)]);
    if (hot.place[id] >= 0) points.row(i)[first + hot.place[id]] = 1;
  }
}

}  // namespace

void keep_columns(std::vector<float>& values, const std::vector<bool>& keep) {
  if (std::find(keep.begin(), keep.end(), false) == keep.end()) return;
  std::size_t to = 0;
  for (std::size_t from = 0; from < values.size(); ++from)
    if (keep[from % keep.size()]) values[to++] = values[from];
  values.resize(to);
}

Matrix with_one_hot(const ScannedColumns& columns, Matrix&& features, std::int64_t rows,
                    const std::string& file) {
  std::vector<OneHot> hot(columns.size());
  std::int64_t added = 0;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (columns[c].role == Role::one_hot) hot[c] = one_hot(columns, c, file);
    added += hot[c].width;
  }
  if (added == 0) return std::move(features);
  Matrix points(rows, features.cols() + added);  // of zeros
  std::int64_t to = 0, from = 0;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (hot[c].width > 0) fill(hot[c], columns[c].categories, points, to);
    to += hot[c].width;
    if (columns[c].role != Role::feature) continue;
    for (std::int64_t i = 0; i < rows; ++i) points.row(i)[to] = features.row(i)[from];
    ++to;
    ++from;
  }
  return points;
}

}  // namespace nearfold::io
