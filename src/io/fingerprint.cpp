#include "io/fingerprint.hpp"

#include <xxhash.h>

#include <new>
#include <vector>

#include "io/io.hpp"
#include "io/sparse_file.hpp"

namespace nearfold::io {

Fingerprint::Fingerprint(std::int64_t rows, std::int64_t cols) : state_(XXH3_createState()) {
  if (state_ == nullptr) throw std::bad_alloc();
  const std::int64_t shape[] = {rows, cols};
  XXH3_128bits_reset(state_.get());
  XXH3_128bits_update(state_.get(), shape, sizeof shape);
}

void Fingerprint::add(std::span<const std::byte> bytes) {
  XXH3_128bits_update(state_.get(), bytes.data(), bytes.size());
}

void Fingerprint::add(HostMatrix<const float> rows) {
  XXH3_128bits_update(state_.get(), rows.data(),
                      static_cast<std::size_t>(rows.size()) * sizeof(float));
}

std::string Fingerprint::text() const {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state_.get()));
  std::string hex;
  for (const unsigned char byte : canonical.digest) {
    constexpr char kDigits[] = "0123456789abcdef";
    hex += {kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return hex;
}

void Fingerprint::Free::operator()(XXH3_state_s* state) const {
  XXH3_freeState(state);
}

std::string fingerprint(const SparseView& points) {
  Fingerprint of(points.rows(), points.cols());
  of.add(std::as_bytes(points.indptr()));
  of.add(std::as_bytes(points.indices()));
  of.add(std::as_bytes(points.values()));
  return of.text();
}

std::string fingerprint(const StoredView& points) {
  Fingerprint of(points.rows(), points.cols());
  if (!points.is_narrow()) {
    of.add(points.floats());
    return of.text();
  }
  std::vector<float> room = points.room();
  for (std::int64_t i = 0; i < points.rows(); ++i)
    of.add(HostMatrix<const float>(points.row(i, room.data()), 1, points.cols()));
  return of.text();
}

}  // namespace nearfold::io
