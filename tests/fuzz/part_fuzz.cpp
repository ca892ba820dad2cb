// Parts of a graph: `meta`, the arrays, and the rows on their way into a graph. The input is a
// crate, see packed.hpp.
#include "fuzz.hpp"
#include "io/part_file.hpp"
#include "packed.hpp"
#include "part_data.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nearfold;
  const std::string archive =
      fuzz::zip(fuzz::unpack_crate({reinterpret_cast<const char*>(data), size}));
  const auto part = fuzz::read(std::as_bytes(std::span(archive)),
                               [](io::ByteSource& source) { return io::PartFile(source); });
  if (!part) return 0;
  fuzz::unless_refused([&] {
    io::PartFile file(io::ByteSource::memory("given", std::as_bytes(std::span(archive))));
    const io::PartMeta& meta = file.meta();
    fuzz::require(RowRange{0, meta.n}.contains(meta.queries) && meta.queries.rows() > 0,
                  "queries are of the points");
    fuzz::require(RowRange{0, meta.n}.contains(meta.data) && meta.data.rows() > 0,
                  "data are of the points");
    static const SharedCells cells = fuzz::part_cells();
    const MergeRules rules{meta.n, static_cast<int>(meta.k), meta.seed, meta.exact(),
                           meta.cells.empty() ? nullptr : &cells.state()};
    require_cells(meta.cells, meta.candidates, rules);
    PartMerge merge(meta.queries, rules);
    merge.add(file.next(meta.queries.rows()), Cpu{1});
    file.finish();
    if (meta.data.rows() == meta.n && !meta.exact()) merge.shares(merge.rows(Cpu{1}));
    fuzz::require(merge.tied_rows() <= meta.queries.rows(), "a row is tied once");
    return true;
  });
  return 0;
}
