// Eight or sixteen floats side by side, for loops whose lanes never mix: every lane is plain IEEE
// arithmetic in program order, so the result does not depend on the instruction set it was compiled
// for.
#pragma once

namespace nearfold {

inline constexpr int kLanes = 8;

// clang forgets the alignment of a vector behind a reference, but not that of a struct.
#if defined(__AVX__) && !defined(__clang__)

/// Unaligned, and allowed to alias float.
typedef float Float8 __attribute__((vector_size(32), aligned(4), may_alias));

#else

/// The same in two halves: GCC keeps vectors wider than the registers in memory, 10 times slower.
typedef float Float4 __attribute__((vector_size(16), aligned(4), may_alias));
struct __attribute__((may_alias)) Float8 {
  Float4 low, high;

  float& operator[](int i) { return reinterpret_cast<float*>(this)[i]; }
  Float8& operator+=(Float8 b) { return *this = {low + b.low, high + b.high}; }
  Float8& operator-=(Float8 b) { return *this = {low - b.low, high - b.high}; }
  friend Float8 operator+(Float8 a, Float8 b) { return {a.low + b.low, a.high + b.high}; }
  friend Float8 operator-(Float8 a, Float8 b) { return {a.low - b.low, a.high - b.high}; }
  friend Float8 operator*(float a, Float8 b) { return {a * b.low, a * b.high}; }
  friend Float8 operator*(Float8 a, Float8 b) { return {a.low * b.low, a.high * b.high}; }
};

#endif

/// Sixteen floats: one vector where there are registers for it, else two of eight.
#if defined(__AVX512F__) && !defined(__clang__)

typedef float Float16 __attribute__((vector_size(64), aligned(4), may_alias));

inline Float16 load16(const float* p) {
  return *reinterpret_cast<const Float16*>(p);
}
/// Lane l plus lane l + 8.
inline Float8 folded(const Float16& x) {
  const auto* const halves = reinterpret_cast<const Float8*>(&x);
  return halves[0] + halves[1];
}

#else

struct Float16 {
  Float8 low, high;

  Float16& operator+=(const Float16& b) {
    low += b.low;
    high += b.high;
    return *this;
  }
  friend Float16 operator*(const Float16& a, const Float16& b) {
    return {a.low * b.low, a.high * b.high};
  }
};
inline Float16 load16(const float* p) {
  return {*reinterpret_cast<const Float8*>(p), *reinterpret_cast<const Float8*>(p + kLanes)};
}
inline Float8 folded(const Float16& x) {
  return x.low + x.high;
}

#endif

/// The eight floats at `p`.
inline Float8& lanes(float* p) {
  return *reinterpret_cast<Float8*>(p);
}
inline const Float8& lanes(const float* p) {
  return *reinterpret_cast<const Float8*>(p);
}

/// Lanes added in a fixed order: 0 + 4, 1 + 5, ..., then halves again.
inline float sum(const Float8& x) {
  const auto* v = reinterpret_cast<const float*>(&x);
  const float a = v[0] + v[4], b = v[1] + v[5], c = v[2] + v[6], d = v[3] + v[7];
  return (a + c) + (b + d);
}

}  // namespace nearfold
