// Models; one that was read has to place rows. The input is a crate, see packed.hpp.
#include <cmath>

#include "fuzz.hpp"
#include "nearfold/model.hpp"
#include "packed.hpp"
#include "support/data.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nearfold;
  const std::string archive =
      fuzz::zip(fuzz::unpack_crate({reinterpret_cast<const char*>(data), size}));
  const auto model = fuzz::read(std::as_bytes(std::span(archive)),
                                [](io::ByteSource& source) { return io::read_model(source); });
  if (!model) return 0;
  const Preparation& how = model->preparation;
  const std::int64_t columns = how.pca.axes.rows() > 0 ? how.pca.axes.cols() : model->dim();
  const auto placed = fuzz::unless_refused([&] {
    return transform(*model, prepare(how, data::normals(3, columns, 2), Cpu{1}), {}, Cpu{1});
  });
  if (!placed) return 0;
  fuzz::require(placed->map.rows() == 3 && placed->map.cols() == model->map.cols(),
                "every row has a place");
  for (const float x : placed->map.values()) fuzz::require(std::isfinite(x), "places are finite");
  return 0;
}
