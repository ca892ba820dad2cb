// Cells that parts share, of fixed points: what is read has to make parts, and they a graph. The
// input is a crate, see packed.hpp.
#include "fuzz.hpp"
#include "io/part_file.hpp"
#include "packed.hpp"
#include "part_data.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nearfold;
  static const Matrix points = fuzz::part_points();
  const std::string archive =
      fuzz::zip(fuzz::unpack_crate({reinterpret_cast<const char*>(data), size}));
  const auto read = fuzz::read(std::as_bytes(std::span(archive)),
                               [](io::ByteSource& source) { return io::read_cells(source); });
  if (!read) return 0;
  const auto graph = fuzz::unless_refused([&] {
    const PointRows rows = fuzz::part_rows(points, {0, points.rows()});
    const KnnPart parts[] = {Shard(rows, read->cells, Cpu{1}).part(rows)};
    return merge_parts(parts, read->cells, Cpu{1});
  });
  if (graph)
    for (const std::int32_t id : graph->neighbors)
      fuzz::require(id >= 0 && id < points.rows(), "neighbours are points");
  return 0;
}
