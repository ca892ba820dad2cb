// Files made by hand for the tests of src/io: bytes of each format, a folder of its own for each
// test, and a check of what a refusal says.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/formats.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {

using Floats = std::vector<float>;
using Ids = std::vector<std::int32_t>;
using Strings = std::vector<std::string>;

/// The bytes of values, in order.
template <class T>
std::string raw(std::initializer_list<T> values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  std::memcpy(bytes.data(), values.begin(), bytes.size());
  return bytes;
}

/// An .npy of version 1 with this dictionary and these bytes of values.
inline std::string npy(const std::string& dictionary, const std::string& values, char version = 1) {
  const auto length = static_cast<std::uint16_t>(dictionary.size());
  const std::string size =
      version == 1 ? raw({length}) : raw({static_cast<std::uint32_t>(dictionary.size())});
  return std::string("\x93NUMPY") + version + '\0' + size + dictionary + values;
}

inline std::string dictionary(const std::string& descr, const std::string& shape,
                              const std::string& fortran = "False") {
  return "{'descr': '" + descr + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }\n";
}

/// An IDX header: type code and dimensions, big-endian.
inline std::string idx(char type, std::initializer_list<std::uint32_t> shape) {
  std::string bytes = {0, 0, type, static_cast<char>(shape.size())};
  for (const std::uint32_t size : shape)
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(size >> shift);
  return bytes;
}

template <class Read>
auto read_bytes(Read read, const std::string& bytes) {
  ByteSource source =
      ByteSource::memory("given", std::as_bytes(std::span(bytes.data(), bytes.size())));
  return read(source);
}

/// The error that the action throws must say all of this.
template <class Refusal = InvalidInput, class Action>
void expect_refused(const Action& action, std::initializer_list<std::string_view> says) {
  std::string message = "(nothing was thrown)";
  try {
    action();
  } catch (const Refusal& error) {
    message = error.what();
  }
  for (const std::string_view part : says)
    EXPECT_NE(message.find(part), std::string::npos) << "'" << part << "' is not in: " << message;
}

template <class Read>
void expect_bad(Read read, const std::string& bytes, std::initializer_list<std::string_view> says) {
  expect_refused([&] { read_bytes(read, bytes); }, says);
}

inline void expect_matrix(const Matrix& matrix, std::int64_t rows, std::int64_t cols,
                          const Floats& values) {
  EXPECT_EQ(matrix.rows(), rows);
  EXPECT_EQ(matrix.cols(), cols);
  EXPECT_EQ(matrix.values(), values);
}

/// A folder of its own for each test, removed with what is in it.
class FolderTest : public testing::Test {
 protected:
  FolderTest() {
    const auto* const info = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(testing::TempDir()) / ("nearfold_" + std::string(info->name()));
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~FolderTest() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  std::string content(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  /// Names in the folder, hidden ones too: a temporary file left behind would be here.
  Strings listing() const {
    Strings names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_))
      names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }

  std::string make(const std::string& name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
    return path(name);
  }

  std::filesystem::path folder_;
};

}  // namespace nearfold::io
