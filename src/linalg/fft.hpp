// Fourier transforms of as many sequences side by side as a register has lanes.
#pragma once

#include <cstdint>
#include <vector>

#include "core/simd.hpp"

namespace nearfold {

/// Complex transforms of one length, not scaled; const, so that threads share it. Lanes never mix:
/// the bits of a sequence do not depend on how many there are.
/// Stockham's self-sorting algorithm with radices 4, 2, 3, 5. Cost O(n log n).
class Fft {
 public:
  struct Complex {
    Floats re, im;
  };

  /// `length` has no prime factor above 5.
  explicit Fft(std::int64_t length);
  /// The next length from `least` on that is even and allowed.
  static std::int64_t even_length(std::int64_t least);

  std::int64_t length() const { return length_; }

  /// Sums over x of exp(-2 pi i k x / length) in[x]. Both arrays are [length] and overwritten;
  /// returns the one that has the answer. For the inverse, exchange re and im before and after.
  Complex* transform(Complex* in, Complex* scratch) const;

 private:
  struct Twiddle {
    float re, im;
  };
  struct Stage {
    int radix;
    std::int64_t groups;  // sequences left after it, shorter by its radix
    std::int64_t stride;  // product of the radices before it
    std::vector<Twiddle>
        twiddles;  // [length left after it][radix], exp(-2 pi i p j / length before it)
  };

  template <int Radix>
  static void run(const Stage& stage, const Complex* in, Complex* out);

  std::int64_t length_;
  std::vector<Stage> stages_;
};

}  // namespace nearfold
