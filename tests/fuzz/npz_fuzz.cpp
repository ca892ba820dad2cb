// .npz: the only array, and an array by its name.
#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nearfold;
  const fuzz::Bytes bytes = fuzz::bytes_of(data, size);
  const auto only = [](io::ByteSource& source) { return io::read_npz(source); };
  const auto named = [](io::ByteSource& source) { return io::read_npz(source, "points"); };
  fuzz::read_points(bytes, only, io::describe_npz);
  if (const auto points = fuzz::read(bytes, named)) fuzz::check(*points);
  return 0;
}
