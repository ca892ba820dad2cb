// .npy: points, one column of values, labels.
#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nearfold;
  const fuzz::Bytes bytes = fuzz::bytes_of(data, size);
  fuzz::read_points(bytes, io::read_npy, io::describe_npy);
  fuzz::read_points(bytes, io::read_npy_column, io::describe_npy);
  fuzz::read_labels(bytes, io::read_npy_labels);
  return 0;
}
