// Transforms side by side against the sums that define them.
#include "linalg/fft.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

#include "support/data.hpp"

namespace nearfold {
namespace {

std::vector<Fft::Complex> random_sequences(std::int64_t length) {
  std::vector<Fft::Complex> x(static_cast<std::size_t>(length));
  for (std::int64_t i = 0; i < length; ++i)
    for (int l = 0; l < kSimd; ++l) {
      const Random4 bits = data::bits(1, i, l);
      x[static_cast<std::size_t>(i)].re[l] = to_unit(bits.v[0]) - 0.5f;
      x[static_cast<std::size_t>(i)].im[l] = to_unit(bits.v[1]) - 0.5f;
    }
  return x;
}

std::complex<double> lane(const Fft::Complex& x, int l) {
  return {static_cast<double>(x.re[l]), static_cast<double>(x.im[l])};
}

TEST(Fft, IsTheSumThatDefinesIt) {
  for (const std::int64_t length : {1, 2, 3, 4, 5, 6, 8, 10, 12, 30, 50, 64, 90, 120}) {
    const std::vector<Fft::Complex> x = random_sequences(length);
    std::vector<Fft::Complex> in = x, scratch(in.size());
    const Fft::Complex* out = Fft(length).transform(in.data(), scratch.data());
    for (std::int64_t k = 0; k < length; ++k) {
      std::complex<double> wanted[kSimd] = {};
      for (std::int64_t i = 0; i < length; ++i) {
        const double angle = -2 * std::numbers::pi * static_cast<double>(i * k % length) /
                             static_cast<double>(length);
        for (int l = 0; l < kSimd; ++l)
          wanted[l] += lane(x[static_cast<std::size_t>(i)], l) * std::polar(1.0, angle);
      }
      for (int l = 0; l < kSimd; ++l)
        EXPECT_LT(std::abs(lane(out[k], l) - wanted[l]), 1e-5) << length << ", " << k;
    }
  }
}

TEST(Fft, TheInverseIsTheExchangedOne) {
  const std::int64_t length = 900;
  const std::vector<Fft::Complex> x = random_sequences(length);
  std::vector<Fft::Complex> in = x, scratch(in.size());
  const Fft fft(length);
  const auto exchange = [&](Fft::Complex* values) {
    for (std::int64_t i = 0; i < length; ++i) std::swap(values[i].re, values[i].im);
  };
  Fft::Complex* spectrum = fft.transform(in.data(), scratch.data());
  exchange(spectrum);
  Fft::Complex* back = fft.transform(spectrum, spectrum == in.data() ? scratch.data() : in.data());
  exchange(back);
  for (std::int64_t i = 0; i < length; ++i)
    for (int l = 0; l < kSimd; ++l)
      EXPECT_LT(std::abs(lane(back[i], l) / 900.0 - lane(x[static_cast<std::size_t>(i)], l)), 1e-5);
}

TEST(Fft, LengthsAreEvenAndSmooth) {
  EXPECT_EQ(Fft::even_length(1), 2);
  EXPECT_EQ(Fft::even_length(7), 8);
  EXPECT_EQ(Fft::even_length(13), 16);
  EXPECT_EQ(Fft::even_length(15), 16);
  EXPECT_EQ(Fft::even_length(61), 64);
  EXPECT_EQ(Fft::even_length(851), 864);
}

}  // namespace
}  // namespace nearfold
