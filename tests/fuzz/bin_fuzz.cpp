// The same bytes as .fbin, .u8bin and .i8bin.
#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nearfold;
  const fuzz::Bytes bytes = fuzz::bytes_of(data, size);
  fuzz::read_points(bytes, io::read_fbin, io::describe_fbin);
  fuzz::read_points(bytes, io::read_u8bin, io::describe_u8bin);
  fuzz::read_points(bytes, io::read_i8bin, io::describe_i8bin);
  return 0;
}
