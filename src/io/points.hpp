// The points of a run: in memory or, where they do not fit, in a file of our own that the system
// reads as they are needed, and that nobody else can cut or change; or mapped from the caller's.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "io/row_file.hpp"
#include "nearfold/stored.hpp"

namespace nearfold::io {

class Points {
 public:
  Points() = default;
  Points(Matrix in_memory, std::vector<double> offsets = {})  // NOLINT(google-explicit-constructor)
      : in_memory_(std::move(in_memory)), view_(in_memory_), offsets_(std::move(offsets)) {}
  /// A copy of the file as float32, without a name, in `folder`: it is gone with the last of these.
  /// Throws IoError when there is no room, before anything is copied.
  static Points on_disk(RowFile& file, const std::string& folder);
  /// A file of a narrow type, in memory and of that type; nothing for other files.
  static std::optional<Points> narrow(const std::string& path);
  /// The file itself, whose pages the system reads when they are touched: what open_stored() takes,
  /// not packed, with float32 at a multiple of 4 bytes; nothing for other files. A file that is cut
  /// meanwhile ends the process by SIGBUS.
  static std::optional<Points> mapped(const std::string& path);

  Points(Points&& other) noexcept { *this = std::move(other); }
  Points& operator=(Points&& other) noexcept;

  std::int64_t rows() const { return view_.rows(); }
  std::int64_t cols() const { return view_.cols(); }
  const StoredView& stored() const { return view_; }
  /// Of float32; throws Unsupported for a narrow type.
  HostMatrix<const float> view() const { return view_.floats(); }
  /// What was taken from each column, see Shift; empty: nothing.
  const std::vector<double>& offsets() const { return offsets_; }
  operator HostMatrix<const float>() const {
    return view();
  }  // NOLINT(google-explicit-constructor)
  /// Throws InvalidInput where the file that is mapped was changed since.
  void check_unchanged() const;

 private:
  class Mapping;

  Matrix in_memory_;
  std::unique_ptr<std::byte[]> bytes_;  // of a narrow type
  std::shared_ptr<const Mapping> mapping_;
  std::optional<ByteSource> file_;  // that is mapped
  StoredView view_;
  std::vector<double> offsets_;
};

}  // namespace nearfold::io
