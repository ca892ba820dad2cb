#include "io/points.hpp"

#include <fcntl.h>
#include <sys/mman.h>

#include <cerrno>
#include <span>
#include <utility>

#include "io/descriptor.hpp"
#include "io/nameless_file.hpp"
#include "io/stored_file.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {

/// Pages of a file, read when they are touched.
class Points::Mapping {
 public:
  Mapping(int fd, std::size_t bytes, const std::string& place)
      : bytes_(bytes), start_(::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, fd, 0)) {
    if (start_ == MAP_FAILED) throw_errno("map points in", place);
  }
  ~Mapping() { ::munmap(start_, bytes_); }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  const std::byte* start() const { return static_cast<const std::byte*>(start_); }

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
  points.view_ = {points.mapping_->start(), ValueType::float32, file.rows(), file.cols()};
  points.offsets_ = file.offsets();
  return points;
}

std::optional<Points> Points::narrow(const std::string& path) {
  auto file = open_stored(path);
  if (!file || file->type == ValueType::float32) return {};
  const auto bytes = static_cast<std::size_t>(file->bytes());
  Points points;
  points.bytes_ = std::make_unique_for_overwrite<std::byte[]>(bytes);
  file->source.read({points.bytes_.get(), bytes});
  file->source.finish();
  points.view_ = {points.bytes_.get(), file->type, file->rows, file->cols};
  return points;
}

std::optional<Points> Points::mapped(const std::string& path) {
  auto file = path == "-" ? std::nullopt : open_stored(path);
  if (!file || file->packed) return {};
  const std::int64_t begin = file->source.position();
  if (file->type == ValueType::float32 && begin % std::int64_t{sizeof(float)} != 0) return {};
  const Descriptor opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (opened.get() < 0) throw_errno("open", path);
  Points points;
  points.mapping_ = std::make_shared<const Mapping>(
      opened.get(), static_cast<std::size_t>(file->source.size()), path);
  points.view_ = {points.mapping_->start() + begin, file->type, file->rows, file->cols};
  points.file_ = std::move(file->source);
  points.check_unchanged();
  return points;
}

void Points::check_unchanged() const {
  if (!file_) return;
  ByteSource end = *file_;
  end.seek(end.size());
  end.finish();
}

Points& Points::operator=(Points&& other) noexcept {
  in_memory_ = std::move(other.in_memory_);
  bytes_ = std::move(other.bytes_);
  mapping_ = std::move(other.mapping_);
  file_ = std::exchange(other.file_, {});
  view_ = std::exchange(other.view_, {});  // a moved vector keeps its memory
  offsets_ = std::move(other.offsets_);
  return *this;
}

}  // namespace nearfold::io
