// Checkpoints. The input is a crate, see packed.hpp. What is read is resumed, as far as the
// run takes it.
#include "fuzz.hpp"
#include "nearfold/embed.hpp"
#include "packed.hpp"
#include "seeds/few_pairs.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nearfold;
  const std::string archive =
      fuzz::zip(fuzz::unpack_crate({reinterpret_cast<const char*>(data), size}));
  const auto checkpoint = fuzz::read(std::as_bytes(std::span(archive)), [](io::ByteSource& source) {
    return io::read_checkpoint(source);
  });
  if (!checkpoint) return 0;
  static const KnnGraph kGraph = [] {
    Matrix line(6, 1);
    for (int i = 0; i < 6; ++i) line.row(i)[0] = static_cast<float>(i * i);
    return find_neighbors(line, 5, FlatKnn{}, Cpu{1}, 1);
  }();
  for (const Method& method :
       {Method{UmapParams{.n_neighbors = 4, .n_epochs = 9}},
        Method{TsneParams{.perplexity = 1.2, .max_iter = 9}}, Method{fuzz::few_pairs()}})
    fuzz::unless_refused([&] {
      Embedder run(kGraph, {}, {.method = method, .device = Cpu{1}}, *checkpoint);
      fuzz::require(run.iteration() <= run.iterations(), "no more iterations than there are");
      try {
        run.advance(2);
        return run.result().layout.rows();
      } catch (const Error&) {  // steps so long that the layout is not finite
        return std::int64_t{0};
      }
    });
  return 0;
}
