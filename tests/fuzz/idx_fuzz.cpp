// IDX: points and labels.
#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nearfold;
  const fuzz::Bytes bytes = fuzz::bytes_of(data, size);
  fuzz::read_points(bytes, io::read_idx, io::describe_idx);
  fuzz::read_labels(bytes, io::read_idx_labels);
  return 0;
}
