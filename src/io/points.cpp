#include "io/points.hpp"

#include <fcntl.h>
#include <sys/mman.h>

#include <cerrno>
#include <span>
#include <utility>

#include "io/descriptor.hpp"
#include "io/nameless_file.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {

/// Pages of a file, read when they are touched.
class Points::Mapping {
 public:
  Mapping(int fd, std::size_t bytes, const std::string& folder)
      : bytes_(bytes), start_(::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, fd, 0)) {
    if (start_ == MAP_FAILED) throw_errno("map points in", folder);
  }
  ~Mapping() { ::munmap(start_, bytes_); }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  const float* values() const { return static_cast<const float*>(start_); }

 private:
  std::size_t bytes_;
  void* start_;
};

Points Points::on_disk(RowFile& file, const std::string& folder) {
  const Descriptor copy(nameless_file(folder));
  if (copy.get() < 0) throw_errno("keep points in", folder);
  const auto row_bytes = file.cols() * static_cast<std::int64_t>(sizeof(float));
  errno = ::posix_fallocate(copy.get(), 0, file.rows() * row_bytes);
  if (errno != 0) throw_errno("keep points in", folder);
  file.for_each_block([&](std::int64_t first, HostMatrix<const float> rows) {
    write_at(copy.get(), first * row_bytes, std::as_bytes(rows.span()), "keep points in", folder);
  });
  Points points;
  points.mapping_ = std::make_shared<const Mapping>(
      copy.get(), static_cast<std::size_t>(file.rows() * row_bytes), folder);
  points.view_ = {points.mapping_->values(), file.rows(), file.cols()};
  points.offsets_ = file.offsets();
  return points;
}

Points& Points::operator=(Points&& other) noexcept {
  in_memory_ = std::move(other.in_memory_);
  mapping_ = std::move(other.mapping_);
  view_ = std::exchange(other.view_, {});  // a moved vector keeps its memory
  offsets_ = std::move(other.offsets_);
  return *this;
}

}  // namespace nearfold::io
