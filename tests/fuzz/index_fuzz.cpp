// Index files of fixed points; an index that was read has to answer queries. The input is a crate,
// see packed.hpp.
#include <cmath>

#include "fuzz.hpp"
#include "index_data.hpp"
#include "packed.hpp"

namespace nearfold {
namespace {

void check_answer(const QueryResult& answer, std::int64_t n) {
  for (std::int64_t i = 0; i < answer.rows * answer.k; ++i) {
    const auto at = static_cast<std::size_t>(i);
    fuzz::require(answer.neighbors[at] >= 0 && answer.neighbors[at] < n, "neighbours are points");
    fuzz::require(std::isfinite(answer.distances[at]), "distances are finite");
    fuzz::require(i % answer.k == 0 || answer.distances[at - 1] <= answer.distances[at],
                  "distances ascend");
  }
}

}  // namespace
}  // namespace nearfold

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nearfold;
  static const Matrix points = fuzz::index_points();
  static const Matrix queries = data::normals(3, points.cols(), 2);
  const std::string archive =
      fuzz::zip(fuzz::unpack_crate({reinterpret_cast<const char*>(data), size}));
  const auto index = fuzz::read(std::as_bytes(std::span(archive)), [](io::ByteSource& source) {
    return io::read_index(source, points);
  });
  if (!index) return 0;
  const auto answer =
      fuzz::unless_refused([&] { return find_neighbors(queries, points, 4, *index, Cpu{1}); });
  if (answer) check_answer(*answer, points.rows());
  return 0;
}
