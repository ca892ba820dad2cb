// IDX inside gzip.
#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nearfold;
  const fuzz::Bytes bytes = fuzz::bytes_of(data, size);
  const auto unpacked = [](const auto& reader) {
    return [&reader](io::ByteSource& packed) {
      io::ByteSource source = io::ByteSource::gunzip(packed);
      return reader(source);
    };
  };
  fuzz::read_points(bytes, unpacked(io::read_idx), unpacked(io::describe_idx));
  fuzz::read_labels(bytes, unpacked(io::read_idx_labels));
  return 0;
}
