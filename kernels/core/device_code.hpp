// For which GPUs a library was compiled, read from its file: a library that ends the process where
// it has no code for the card (FAISS) is not asked to find out.
//
// nvcc leaves what it made in the section .nv_fatbin of an ELF file: containers, each with a header
// of 16 bytes and entries, each of these with a header that names its kind and architecture. The
// form is the one that every nvcc since CUDA 4 has written; what has another one tells nothing.
#pragma once

#include <elf.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

namespace nearfold {

/// Compute capability times ten, of machine code or of PTX.
struct DeviceCode {
  int architecture = 0;
  bool ptx = false;

  bool operator==(const DeviceCode&) const = default;
};

/// Machine code runs on its own major version, from its minor version on; PTX on what is not older.
/// Nothing known: it may run.
inline bool runs_on(const std::vector<DeviceCode>& code, int major, int minor) {
  const int card = 10 * major + minor;
  for (const DeviceCode& one : code)
    if (one.architecture <= card && (one.ptx || one.architecture / 10 == major)) return true;
  return code.empty();
}

namespace device_code {

template <class T>
bool read_at(std::istream& file, std::uint64_t at, T& to) {
  file.clear();
  file.seekg(static_cast<std::streamoff>(at));
  return static_cast<bool>(file.read(reinterpret_cast<char*>(&to), sizeof to));
}

/// The section's place in the file; empty where there is none.
struct Section {
  std::uint64_t begin = 0, end = 0;
};
inline Section fat_binaries(std::istream& file) {
  Elf64_Ehdr elf{};
  if (!read_at(file, 0, elf) || std::memcmp(elf.e_ident, ELFMAG, SELFMAG) != 0 ||
      elf.e_ident[EI_CLASS] != ELFCLASS64)
    return {};
  const auto header = [&](std::uint64_t number, Elf64_Shdr& to) {
    return read_at(file, elf.e_shoff + number * sizeof to, to);
  };
  Elf64_Shdr names{}, section{};
  if (!header(elf.e_shstrndx, names)) return {};
  constexpr char kName[] = ".nv_fatbin";
  for (std::uint64_t s = 0; s < elf.e_shnum && header(s, section); ++s) {
    char name[sizeof kName] = {};
    if (read_at(file, names.sh_offset + section.sh_name, name) &&
        std::memcmp(name, kName, sizeof kName) == 0)
      return {section.sh_offset, section.sh_offset + section.sh_size};
  }
  return {};
}

struct Container {
  std::uint32_t magic;
  std::uint16_t version, header_bytes;
  std::uint64_t bytes;  // of its entries
};
struct Entry {
  std::uint16_t kind, version;
  std::uint32_t header_bytes;
  std::uint64_t bytes;  // of what follows
  std::uint32_t other[3];
  std::uint32_t architecture;
};
inline constexpr std::uint32_t kMagic = 0xBA55ED50u;
enum Kind : std::uint16_t { kPtx = 1, kMachineCode = 2 };

}  // namespace device_code

/// Without repetition, in the order of the file; nothing where it cannot be found out.
inline std::vector<DeviceCode> device_code_in(const std::string& path) {
  using namespace device_code;
  std::ifstream file(path, std::ios::binary);
  std::vector<DeviceCode> found;
  const auto [begin, end] = fat_binaries(file);
  for (std::uint64_t at = begin; at < end;) {
    Container container{};
    if (!read_at(file, at, container)) return {};
    if (container.magic != kMagic) {  // between containers there are zeros
      if (container.magic != 0) return {};
      at += sizeof container.magic;
      continue;
    }
    const std::uint64_t stop = at + container.header_bytes + container.bytes;
    if (stop <= at || stop > end) return {};
    for (std::uint64_t e = at + container.header_bytes; e < stop;) {
      Entry entry{};
      if (!read_at(file, e, entry) || entry.header_bytes < sizeof entry) return {};
      const std::uint64_t next = e + entry.header_bytes + entry.bytes;
      if (next <= e || next > stop) return {};
      const DeviceCode code{static_cast<int>(entry.architecture), entry.kind == kPtx};
      bool known = entry.kind != kPtx && entry.kind != kMachineCode;
      for (const DeviceCode& one : found) known = known || one == code;
      if (!known) found.push_back(code);
      e = next;
    }
    at = stop;
  }
  return found;
}

}  // namespace nearfold
