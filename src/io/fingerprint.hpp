// By which points are known again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "nearfold/matrix.hpp"

struct XXH3_state_s;

namespace nearfold::io {

/// fingerprint() of points that come in blocks of rows.
class Fingerprint {
 public:
  Fingerprint(std::int64_t rows, std::int64_t cols);
  /// The next rows.
  void add(HostMatrix<const float> rows);
  void add(std::span<const std::byte> bytes);
  /// After the last.
  std::string text() const;

 private:
  struct Free {
    void operator()(XXH3_state_s* state) const;
  };
  std::unique_ptr<XXH3_state_s, Free> state_;
};

}  // namespace nearfold::io
