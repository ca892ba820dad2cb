#include "cli/placed_rows.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <span>
#include <utility>

#include "io/descriptor.hpp"
#include "io/source.hpp"
#include "nearfold/error.hpp"

namespace nearfold::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMap = "map.f32";
constexpr const char* kRemoteness = "remoteness.f32";
constexpr auto kFloat = static_cast<std::int64_t>(sizeof(float));

std::int64_t values_in(const std::string& path) {
  std::error_code none;
  const auto bytes = fs::file_size(path, none);
  return none ? 0 : static_cast<std::int64_t>(bytes) / kFloat;
}

std::vector<float> read_values(const std::string& path, std::int64_t first, std::int64_t count) {
  std::vector<float> values(static_cast<std::size_t>(count));
  io::ByteSource source = io::ByteSource::file(path);
  source.seek(first * kFloat);
  source.read(std::as_writable_bytes(std::span(values)));
  return values;
}

}  // namespace

KeptRows::KeptRows(const std::string& path, const nlohmann::ordered_json& made_from, bool resume,
                   io::Overwrite overwrite, const std::string& fingerprint, std::int64_t dims)
    : folder_(path, made_from, resume, overwrite), path_(path), dims_(dims) {
  folder_.begin(fingerprint);
  if (resume) rows_ = std::min(values_in(file(kMap)) / dims, values_in(file(kRemoteness)));
  for (const auto& [name, values] : {std::pair{kMap, rows_ * dims}, std::pair{kRemoteness, rows_}})
    if (fs::exists(file(name)))
      fs::resize_file(file(name), static_cast<std::uintmax_t>(values * kFloat));
}

Transformed KeptRows::read(std::int64_t first, std::int64_t count) const {
  return {Matrix(count, dims_, read_values(file(kMap), first * dims_, count * dims_)),
          read_values(file(kRemoteness), first, count),
          {}};
}

void KeptRows::append(const Transformed& block) {
  append(kMap, block.map.values());
  append(kRemoteness, block.remoteness);
  rows_ += block.map.rows();
}

void KeptRows::append(const char* name, std::span<const float> values) const {
  constexpr mode_t kUsual = 0666;
  const io::Descriptor out(
      ::open(file(name).c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, kUsual));
  if (out.get() < 0) io::throw_errno("write", file(name));
  for (auto left = std::as_bytes(values); !left.empty();) {
    const ssize_t done = ::write(out.get(), left.data(), left.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) io::throw_errno("write", file(name));
    left = left.subspan(static_cast<std::size_t>(done));
  }
}

void KeptRows::remove() {
  fs::remove(file(kMap));
  fs::remove(file(kRemoteness));
  folder_.remove();
}

PlacedRows::PlacedRows(const std::string& map, const std::string& remoteness, std::int64_t rows,
                       std::int64_t dims, io::Overwrite overwrite)
    : map_(map, rows, dims, overwrite) {
  if (!remoteness.empty()) remoteness_.emplace(remoteness, rows, 1, overwrite);
}

void PlacedRows::write(const Transformed& block) {
  map_.write(block.map);
  if (remoteness_) remoteness_->write({block.remoteness.data(), std::ssize(block.remoteness), 1});
}

void PlacedRows::commit() {
  map_.commit();
  if (remoteness_) remoteness_->commit();
}

}  // namespace nearfold::cli
