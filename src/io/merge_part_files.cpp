#include <algorithm>
#include <map>
#include <utility>

#include "core/stopping.hpp"
#include "graph/graph.hpp"
#include "io/graph_table.hpp"
#include "io/nameless_file.hpp"
#include "io/part_file.hpp"
#include "io/write.hpp"
#include "knn/part_cover.hpp"
#include "knn/recall.hpp"
#include "knn/shared_cells.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {
namespace {

std::string quoted_path(const std::string& path) {
  return "'" + path + "'";
}

/// What all parts say of themselves, when they are of one graph and have all of it once.
std::vector<PartMeta> metas_of(std::span<const std::string> parts) {
  if (parts.empty()) throw InvalidInput("there are no parts; at least 1 is needed");
  std::vector<PartMeta> metas;
  std::vector<PartRanges> ranges;
  for (const std::string& path : parts) {
    metas.push_back(PartFile(path).meta());
    ranges.push_back({metas.back().queries, metas.back().data});
    if (const std::string other = difference(metas.back(), metas.front(), /*ranges=*/false);
        !other.empty())
      throw InvalidInput(quoted_path(path) + " is a part of another graph than " +
                         quoted_path(parts[0]) + ": " + other +
                         "; leave it out, or make it again as the others were");
  }
  require_cover(ranges, metas[0].n, [&](std::size_t p) { return quoted_path(parts[p]); });
  return metas;
}

/// Parts that have queries of a block, each open from its first to its last.
class OpenParts {
 public:
  OpenParts(std::span<const std::string> paths, const std::vector<PartMeta>& metas)
      : paths_(paths), metas_(metas) {}

  void add(const RowRange& block, PartMerge& merge, const Cpu& on) {
    for (std::size_t p = 0; p < paths_.size(); ++p) {
      const RowRange& queries = metas_[p].queries;
      const std::int64_t rows =
          std::min(queries.end, block.end) - std::max(queries.begin, block.begin);
      if (rows < 1) continue;
      PartFile& part = opened(p);
      add_rows(part.next(rows), paths_[p], merge, on);
      if (queries.end > block.end) continue;
      part.finish();
      open_.erase(p);
    }
  }

 private:
  PartFile& opened(std::size_t p) {
    if (const auto found = open_.find(p); found != open_.end()) return found->second;
    PartFile part(paths_[p]);
    if (!difference(part.meta(), metas_[p], /*ranges=*/true).empty())
      throw InvalidInput(quoted_path(paths_[p]) +
                         " changed while it was read: wait until all parts "
                         "are made");
    return open_.emplace(p, std::move(part)).first->second;
  }
  static void add_rows(const RowsOfPart& rows, const std::string& path, PartMerge& merge,
                       const Cpu& on) {
    try {
      merge.add(rows, on);
    } catch (const InvalidInput& error) {
      throw InvalidInput(quoted_path(path) + ": " + error.what());
    }
  }

  std::span<const std::string> paths_;
  const std::vector<PartMeta>& metas_;
  std::map<std::size_t, PartFile> open_;
};

std::string index_of(const std::vector<PartMeta>& metas, const MergeRules& rules) {
  std::vector<RowRange> data;
  data.reserve(metas.size());
  for (const PartMeta& meta : metas) data.push_back(meta.data);
  return index_of_parts(metas[0].knn, rules, data);
}

/// Not checked as a graph is: a block may have fewer rows than neighbours.
KnnGraphView view_of(const NeighborRows& rows) {
  KnnGraphView view;
  view.n = rows.n;
  view.k = rows.k;
  view.neighbors = rows.ids;
  view.distances = rows.distances;
  return view;
}

/// The first `kept` of every row.
NeighborRows first_of(NeighborRows rows, std::int64_t kept) {
  if (kept == rows.k) return rows;
  NeighborRows some(rows.n, kept);
  for (std::int64_t row = 0; row < rows.n; ++row) {
    std::copy_n(rows.ids.begin() + row * rows.k, kept, some.ids.begin() + row * kept);
    std::copy_n(rows.distances.begin() + row * rows.k, kept, some.distances.begin() + row * kept);
  }
  return some;
}

/// Rows of a graph that wait in a folder until all of them are there.
class GraphRows {
 public:
  GraphRows(GraphFormat format, const std::string& folder)
      : format_(format), ids_(folder), distances_(folder) {}

  void add(const NeighborRows& rows, std::int64_t first) {
    if (format_ == GraphFormat::nearfold) return write(rows.ids, rows.distances);
    const GraphTable table = with_self(view_of(rows), first);
    write(table.ids, table.distances);
  }
  std::vector<ZipEntry> entries(std::int64_t n, std::int64_t k) const {
    std::vector<ZipEntry> entries = entries_in(format_, n, k, {}, {});
    for (ZipEntry& entry : entries) {
      if (entry.name == "indices.npy") entry.rest = ids_.source();
      if (entry.name == "distances.npy" || entry.name == "data.npy")
        entry.rest = distances_.source();
    }
    return entries;
  }

 private:
  void write(std::span<const std::int32_t> ids, std::span<const float> distances) {
    ids_.write(std::as_bytes(ids));
    distances_.write(std::as_bytes(distances));
  }

  GraphFormat format_;
  Spill ids_, distances_;
};

}  // namespace

MergedGraph merge_part_files(std::span<const std::string> parts, const std::string& output,
                             const MergedForm& form, Overwrite overwrite, const Cpu& on) {
  constexpr std::int64_t kValues = 1 << 19;  // of a block
  const std::vector<PartMeta> metas = metas_of(parts);
  const std::int64_t n = metas[0].n, k = metas[0].k, kept = form.k.value_or(k);
  if (kept < 1 || kept > k)
    throw InvalidParameter("k is " + std::to_string(kept) + ", and the parts have " +
                           std::to_string(k) + " neighbours; use 1 to " + std::to_string(k));
  const MergeRules rules{n, static_cast<int>(k), metas[0].seed, metas[0].exact(),
                         form.cells != nullptr ? &form.cells->state() : nullptr};
  require_cells(metas[0].cells, metas[0].candidates, rules);
  MergedGraph merged{metas[0], kept, index_of(metas, rules)};
  std::int64_t tied = 0;
  std::vector<double> shares;
  GraphRows written(form.format, folder_of(output));
  OpenParts open(parts, metas);
  const std::int64_t at_once =
      std::clamp<std::int64_t>(kValues / std::max(k, 2 * merged.of.candidates), 1, n);
  for (std::int64_t begin = 0; begin < n; begin += at_once) {
    throw_if_stopped(static_cast<double>(begin) / static_cast<double>(n));
    const RowRange block{begin, std::min(n, begin + at_once)};
    PartMerge merge(block, rules);
    open.add(block, merge, on);
    NeighborRows all = merge.rows(on);
    KnnGraphView found = view_of(all);
    found.tied_rows = merge.tied_rows();
    tied += *tied_rows(found, kept);
    const NeighborRows rows = first_of(std::move(all), kept);
    written.add(rows, begin);
    if (!rules.exact)
      for (const double share : merge.shares(rows)) shares.push_back(share);
    merged.duplicates += merge.duplicates();
  }
  if (rules.exact)
    merged.tied_rows = tied;
  else
    merged.recall = recall_of_shares(std::move(shares));
  KnnGraphView graph;
  graph.metric = merged.of.metric;
  graph.index = merged.index;
  graph.recall = merged.recall;
  graph.tied_rows = merged.tied_rows;
  graph.duplicates = merged.duplicates;
  std::vector<ZipEntry> entries = written.entries(n, kept);
  entries.push_back(meta_entry(graph, {.format = form.format,
                                       .seed = merged.of.seed,
                                       .fingerprint = merged.of.fingerprint,
                                       .version = merged.of.version}));
  write_zip(output, entries, overwrite);
  return merged;
}

}  // namespace nearfold::io
