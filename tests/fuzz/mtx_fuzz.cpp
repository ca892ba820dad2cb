// Matrix Market text.
#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nearfold;
  fuzz::read_points(fuzz::bytes_of(data, size), io::read_matrix_market, io::describe_matrix_market);
  return 0;
}
