// Labels of a file beside the points of another one: as many, or what to do about it.
#include <algorithm>
#include <string>
#include <unordered_set>
#include <vector>

#include "io/io.hpp"
#include "io/source.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {
namespace {

/// Drops the first label, which no other point has, and its name.
void drop_first(Labels& labels) {
  const std::int32_t first = labels.ids[0];
  labels.ids.erase(labels.ids.begin());
  labels.names.erase(labels.names.begin() + first);
  for (std::int32_t& id : labels.ids)
    if (id > first) --id;
}

/// Measurements that happen to be whole numbers: hardly two points have the same one.
void note_measurements(const Labels& labels, const std::string& path,
                       std::vector<std::string>& notes) {
  constexpr std::size_t kMostClasses = 100, kFewOfEach = 10;
  if (!labels.names.empty()) return;
  const std::unordered_set<std::int32_t> distinct(labels.ids.begin(), labels.ids.end());
  if (distinct.size() > kMostClasses && labels.ids.size() < kFewOfEach * distinct.size())
    notes.push_back("'" + path + "': the labels are " + std::to_string(distinct.size()) +
                    " distinct whole numbers; if they are measurements, colour by them with "
                    "--values FILE or --value-column NAME instead");
}

}  // namespace

void fit_labels(Labels& labels, std::int64_t n, const std::string& path,
                std::vector<std::string>& notes) {
  auto count = static_cast<std::int64_t>(labels.ids.size());
  const std::string counts = "'" + path + "' has " + std::to_string(count) + " labels for " +
                             std::to_string(n) + " points";
  const bool one_more = count == n + 1 && !labels.first_line.empty();
  if (one_more && !labels.names.empty() && labels.ids[0] >= 0 &&
      std::count(labels.ids.begin(), labels.ids.end(), labels.ids[0]) == 1) {
    drop_first(labels);
    notes.push_back("'" + path + "': the first line, " + in_quotes(labels.first_line) +
                    ", is taken for a header: there is one line more than points");
  } else if (one_more) {
    throw InvalidInput(counts + ": the first line, " + in_quotes(labels.first_line) +
                       ", looks like a header; if it is, remove it");
  } else if (count < n && count + labels.blank_end >= n) {
    labels.missing += n - count;
    labels.ids.resize(static_cast<std::size_t>(n), -1);
  } else if (count != n) {
    throw InvalidInput(counts + "; one a point is needed");
  }
  note_measurements(labels, path, notes);
  if (labels.missing > 0)
    notes.push_back("'" + path + "': " + std::to_string(labels.missing) + " of " +
                    std::to_string(n) + " points have no label (nothing, NA or nan)");
}

}  // namespace nearfold::io
