#include "linalg/fft.hpp"

#include <cmath>
#include <numbers>
#include <utility>

namespace nearfold {
namespace {

using Complex = Fft::Complex;

Complex operator+(const Complex& a, const Complex& b) {
  return {a.re + b.re, a.im + b.im};
}
Complex operator-(const Complex& a, const Complex& b) {
  return {a.re - b.re, a.im - b.im};
}
Complex operator*(float a, const Complex& b) {
  return {a * b.re, a * b.im};
}
/// -i a
Complex quarter_turn(const Complex& a) {
  return {a.im, -a.re};
}

// Transforms of Radix values, in place.
template <int Radix>
void butterfly(Complex* x);

template <>
void butterfly<2>(Complex* x) {
  const Complex a = x[0];
  x[0] = a + x[1];
  x[1] = a - x[1];
}

template <>
void butterfly<3>(Complex* x) {
  constexpr float kSin = 0.866025404f;
  const Complex sum = x[1] + x[2], turned = kSin * quarter_turn(x[1] - x[2]);
  const Complex middle = x[0] - 0.5f * sum;
  x[0] = x[0] + sum;
  x[1] = middle + turned;
  x[2] = middle - turned;
}

template <>
void butterfly<4>(Complex* x) {
  const Complex a = x[0] + x[2], b = x[0] - x[2], c = x[1] + x[3];
  const Complex d = quarter_turn(x[1] - x[3]);
  x[0] = a + c;
  x[1] = b + d;
  x[2] = a - c;
  x[3] = b - d;
}

template <>
void butterfly<5>(Complex* x) {
  constexpr float kCos1 = 0.309016994f, kCos2 = -0.809016994f;
  constexpr float kSin1 = 0.951056516f, kSin2 = 0.587785252f;
  const Complex a = x[1] + x[4], b = x[2] + x[3];
  const Complex c = quarter_turn(x[1] - x[4]), d = quarter_turn(x[2] - x[3]);
  const Complex p = x[0] + kCos1 * a + kCos2 * b, q = x[0] + kCos2 * a + kCos1 * b;
  const Complex r = kSin1 * c + kSin2 * d, s = kSin2 * c - kSin1 * d;
  x[0] = x[0] + a + b;
  x[1] = p + r;
  x[2] = q + s;
  x[3] = q - s;
  x[4] = p - r;
}

}  // namespace

Fft::Fft(std::int64_t length) : length_(length) {
  std::int64_t left = length, stride = 1;
  for (const int radix : {4, 2, 3, 5})
    for (; left % radix == 0; left /= radix, stride *= radix) {
      Stage stage{radix, left / radix, stride, {}};
      for (std::int64_t p = 0; p < stage.groups; ++p)
        for (int j = 0; j < radix; ++j) {
          const double angle = -2.0 * std::numbers::pi * static_cast<double>(p * j % left) /
                               static_cast<double>(left);
          stage.twiddles.push_back(
              {static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle))});
        }
      stages_.push_back(std::move(stage));
    }
}

std::int64_t Fft::even_length(std::int64_t least) {
  for (std::int64_t n = (least + 1) / 2 * 2;; n += 2) {
    std::int64_t rest = n;
    for (const std::int64_t prime : {2, 3, 5})
      while (rest % prime == 0) rest /= prime;
    if (rest == 1) return n;
  }
}

template <int Radix>
void Fft::run(const Stage& stage, const Complex* in, Complex* out) {
  const std::int64_t apart = stage.stride * stage.groups;
  for (std::int64_t p = 0; p < stage.groups; ++p) {
    const Twiddle* twiddle = &stage.twiddles[static_cast<std::size_t>(p * Radix)];
    const Complex* from = in + stage.stride * p;
    Complex* to = out + stage.stride * Radix * p;
    for (std::int64_t q = 0; q < stage.stride; ++q) {
      Complex x[Radix];
      for (int j = 0; j < Radix; ++j) x[j] = from[q + apart * j];
      butterfly<Radix>(x);
      to[q] = x[0];
      for (int j = 1; j < Radix; ++j)
        to[q + stage.stride * j] = {x[j].re * twiddle[j].re - x[j].im * twiddle[j].im,
                                    x[j].re * twiddle[j].im + x[j].im * twiddle[j].re};
    }
  }
}

Complex* Fft::transform(Complex* in, Complex* scratch) const {
  for (const Stage& stage : stages_) {
    switch (stage.radix) {
      case 2:
        run<2>(stage, in, scratch);
        break;
      case 3:
        run<3>(stage, in, scratch);
        break;
      case 4:
        run<4>(stage, in, scratch);
        break;
      default:
        run<5>(stage, in, scratch);
    }
    std::swap(in, scratch);
  }
  return in;
}

}  // namespace nearfold
