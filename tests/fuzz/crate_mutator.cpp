// How libFuzzer changes a crate: mostly one entry at a time, so that the lengths around it stay
// right.
#include <cstdint>
#include <cstring>

#include "packed.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned int seed) {
  using namespace nearfold::fuzz;
  std::vector<Entry> entries = unpack_crate({reinterpret_cast<const char*>(data), size});
  if (entries.empty() || seed % 8 == 0) return LLVMFuzzerMutate(data, size, most);
  std::string& bytes = entries[seed / 8 % entries.size()].bytes;
  const std::size_t before = bytes.size();
  bytes.resize(std::min<std::size_t>(before + (most > size ? most - size : 0), 0xffff));
  bytes.resize(
      LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(bytes.data()), before, bytes.size()));
  const std::string crate = pack_crate(entries);
  if (crate.size() > most) return LLVMFuzzerMutate(data, size, most);
  std::memcpy(data, crate.data(), crate.size());
  return crate.size();
}
