// Text: rows of numbers, and labels one a line.
#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nearfold;
  const fuzz::Bytes bytes = fuzz::bytes_of(data, size);
  fuzz::read_points(bytes, io::read_csv, io::describe_csv);
  fuzz::read_labels(bytes, io::read_text_labels);
  return 0;
}
