#include "io/fingerprint.hpp"

#include <xxhash.h>

#include <new>

#include "io/io.hpp"

namespace nearfold::io {

Fingerprint::Fingerprint(std::int64_t rows, std::int64_t cols) : state_(XXH3_createState()) {
  if (state_ == nullptr) throw std::bad_alloc();
  const std::int64_t shape[] = {rows, cols};
  XXH3_128bits_reset(state_.get());
  XXH3_128bits_update(state_.get(), shape, sizeof shape);
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

std::string fingerprint(HostMatrix<const float> points) {
  Fingerprint of(points.rows(), points.cols());
  of.add(points);
  return of.text();
}

}  // namespace nearfold::io
