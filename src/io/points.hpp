// The points of a run: in memory or, where they do not fit, in a file of our own that the system
// reads as they are needed, and that nobody else can cut or change.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "io/row_file.hpp"
#include "nearfold/matrix.hpp"

namespace nearfold::io {

class Points {
 public:
  Points() = default;
  Points(Matrix in_memory, std::vector<double> offsets = {})  // NOLINT(google-explicit-constructor)
      : in_memory_(std::move(in_memory)), view_(in_memory_), offsets_(std::move(offsets)) {}
  /// A copy of the file as float32, without a name, in `folder`: it is gone with the last of these.
  /// Throws IoError when there is no room, before anything is copied.
  static Points on_disk(RowFile& file, const std::string& folder);

  Points(Points&& other) noexcept { *this = std::move(other); }
  Points& operator=(Points&& other) noexcept;

  std::int64_t rows() const { return view_.rows(); }
  std::int64_t cols() const { return view_.cols(); }
  HostMatrix<const float> view() const { return view_; }
  /// What was taken from each column, see Shift; empty: nothing.
  const std::vector<double>& offsets() const { return offsets_; }
  operator HostMatrix<const float>() const { return view_; }  // NOLINT(google-explicit-constructor)

 private:
  class Mapping;

  Matrix in_memory_;
  std::shared_ptr<const Mapping> mapping_;
  HostMatrix<const float> view_;
  std::vector<double> offsets_;
};

}  // namespace nearfold::io
