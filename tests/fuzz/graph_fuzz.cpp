// Graph files: plain arrays, numpy.savez's, scipy's CSR matrix, and the text of `meta`. The input
// is a crate, see packed.hpp.
#include <cmath>

#include "fuzz.hpp"
#include "packed.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nearfold;
  const std::string archive =
      fuzz::zip(fuzz::unpack_crate({reinterpret_cast<const char*>(data), size}));
  io::GraphMeta meta;
  const auto graph = fuzz::read(std::as_bytes(std::span(archive)), [&](io::ByteSource& source) {
    return io::read_graph(source, &meta);
  });
  if (!graph) return 0;
  graph->validate();
  fuzz::require(graph->k >= 1 && graph->k < graph->n, "k is in [1, n-1]");
  fuzz::require(!graph->recall || graph->recall->rows >= 0, "recall is of rows");
  return 0;
}
