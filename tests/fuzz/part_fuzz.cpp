// Parts of a graph: `meta`, the arrays, and the rows on their way into a graph. The input is a
// crate, see packed.hpp.
#include "fuzz.hpp"
#include "io/part_file.hpp"
#include "packed.hpp"

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
    PartMerge merge(meta.queries, static_cast<int>(meta.k), meta.seed);
    merge.add(file.next(meta.queries.rows()), Cpu{1});
    file.finish();
    fuzz::require(merge.tied_rows() <= meta.queries.rows(), "a row is tied once");
    return true;
  });
  return 0;
}
