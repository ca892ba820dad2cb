// The same bytes as .fvecs, .bvecs and .ivecs.
#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nearfold;
  const fuzz::Bytes bytes = fuzz::bytes_of(data, size);
  fuzz::read_points(bytes, io::read_fvecs, io::describe_fvecs);
  fuzz::read_points(bytes, io::read_bvecs, io::describe_bvecs);
  fuzz::read_points(bytes, io::read_ivecs, io::describe_ivecs);
  return 0;
}
