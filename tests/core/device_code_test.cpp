// For which GPUs a file has code: files made here, byte by byte, and files that are none.
#include "kernels/core/device_code.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace nearfold {
namespace {

template <class T>
std::string bytes_of(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

using Codes = std::vector<DeviceCode>;

/// A container of entries, each with 24 bytes of header beyond what is read and 40 of code.
std::string container(const Codes& codes) {
  std::string entries;
  for (const DeviceCode& code : codes) {
    device_code::Entry entry{};
    entry.kind = code.ptx ? device_code::kPtx : device_code::kMachineCode;
    entry.header_bytes = sizeof entry + 24;
    entry.bytes = 40;
    entry.architecture = static_cast<std::uint32_t>(code.architecture);
    entries += bytes_of(entry) + std::string(64, 'x');
  }
  return bytes_of(device_code::Container{device_code::kMagic, 1, 16, entries.size()}) + entries;
}

/// An ELF file with one section of that name beside that of the names.
std::string elf(const std::string& name, const std::string& section) {
  const std::string names = '\0' + name + '\0';
  Elf64_Ehdr head{};
  std::memcpy(head.e_ident, ELFMAG, SELFMAG);
  head.e_ident[EI_CLASS] = ELFCLASS64;
  head.e_shnum = 3;
  head.e_shstrndx = 2;
  head.e_shoff = sizeof head + section.size() + names.size();
  Elf64_Shdr none{}, code{}, strings{};
  code.sh_name = 1;
  code.sh_offset = sizeof head;
  code.sh_size = section.size();
  strings.sh_offset = sizeof head + section.size();
  strings.sh_size = names.size();
  return bytes_of(head) + section + names + bytes_of(none) + bytes_of(code) + bytes_of(strings);
}

Codes read(const std::string& content) {
  const auto path =
      std::filesystem::temp_directory_path() / ("nearfold_device_code_" + std::to_string(getpid()));
  std::ofstream(path, std::ios::binary) << content;
  const Codes codes = device_code_in(path.string());
  std::filesystem::remove(path);
  return codes;
}

TEST(DeviceCodes, AreThoseOfAllContainersOnce) {
  const DeviceCode sm80{80, false}, sm90{90, false}, ptx90{90, true};
  const std::string zeros(12, '\0');
  EXPECT_EQ(read(elf(".nv_fatbin", container({sm80, sm90}) + zeros + container({ptx90, sm90}))),
            (Codes{sm80, sm90, ptx90}));
  EXPECT_EQ(read(elf(".nv_fatbin", container({}))), Codes{});
}

TEST(DeviceCodes, AreUnknownWhereTheFormIs) {
  const std::string good = container({{80, false}});
  EXPECT_EQ(read(elf(".text", good)), Codes{});
  EXPECT_EQ(read(elf(".nv_fatbin", good + "what is this?")), Codes{});
  EXPECT_EQ(read(elf(".nv_fatbin", good.substr(0, good.size() - 8))), Codes{});
  EXPECT_EQ(read("no ELF"), Codes{});
  EXPECT_EQ(read(""), Codes{});
  EXPECT_EQ(device_code_in("/nowhere/at/all"), Codes{});
  std::string long_header = good;  // longer than the container
  long_header[20] = '\x7f';
  EXPECT_EQ(read(elf(".nv_fatbin", long_header)), Codes{});
}

TEST(DeviceCodes, RunOnTheirMajorVersionAndPtxOnLaterOnes) {
  const Codes machine{{80, false}, {90, false}};
  EXPECT_TRUE(runs_on(machine, 8, 0));
  EXPECT_TRUE(runs_on(machine, 8, 6));
  EXPECT_TRUE(runs_on(machine, 9, 0));
  EXPECT_FALSE(runs_on(machine, 7, 5));
  EXPECT_FALSE(runs_on(machine, 10, 0));
  const Codes ptx{{90, true}};
  EXPECT_TRUE(runs_on(ptx, 12, 0));
  EXPECT_FALSE(runs_on(ptx, 8, 9));
  EXPECT_TRUE(runs_on({}, 9, 0));  // nothing is known
}

}  // namespace
}  // namespace nearfold
