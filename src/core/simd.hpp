// As many floats side by side as a register of the processor this is compiled for holds. Loops
// whose lanes never mix give the same bits for every width; formulas in math/ take these as they
// take a float. (simd_fixed.hpp: a fixed width, for sums whose order is that of the lanes.)
#pragma once

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#include <cmath>
#include <cstdint>
#include <cstring>
#include <utility>

#include "core/dims.hpp"
#include "math/number.hpp"

namespace nearfold {

#if defined(__AVX512F__)
inline constexpr int kSimdBytes = 64;
#elif defined(__AVX2__)
inline constexpr int kSimdBytes = 32;
#else
inline constexpr int kSimdBytes = 16;
#endif
inline constexpr int kSimd = kSimdBytes / 4;  ///< lanes

typedef float Floats __attribute__((vector_size(kSimdBytes)));
typedef std::int32_t Ints __attribute__((vector_size(kSimdBytes)));
typedef std::uint32_t Words __attribute__((vector_size(kSimdBytes)));
typedef std::uint64_t LongWords __attribute__((vector_size(kSimdBytes)));

template <>
struct Number<Floats> {
  using Word = Words;
  using Int = Ints;
  static constexpr int kLanes = kSimd;

  static Ints truncated(Floats x) { return __builtin_convertvector(x, Ints); }
  static Floats real(Ints x) { return __builtin_convertvector(x, Floats); }
#if defined(__AVX512F__)
  static Floats smaller(Floats a, Floats b) {
    return _mm512_min_ps(a, b);
  }
  static Floats larger(Floats a, Floats b) {
    return _mm512_max_ps(a, b);
  }
#else
  static Floats smaller(Floats a, Floats b) {
    return a < b ? a : b;
  }
  static Floats larger(Floats a, Floats b) {
    return a > b ? a : b;
  }
#endif
  static Floats root(Floats x) {
    for (int l = 0; l < kSimd; ++l) x[l] = std::sqrt(x[l]);
    return x;
  }
  static float lane(Floats x, int l) {
    return x[l];
  }
  static void set_lane(Floats& x, int l, float value) {
    x[l] = value;
  }
};

/// Words in the low halves of long ones; what is in the high halves does not matter.
template <>
struct Product<LongWords> {
  LongWords high, low;

  Product(LongWords a, std::uint32_t b) : low(multiply(a, LongWords{} + b)) { high = low >> 32; }

 private:
  static LongWords multiply(LongWords a, LongWords b) {
#if defined(__AVX512F__)
    return reinterpret_cast<LongWords>(
        _mm512_mul_epu32(reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b)));
#elif defined(__AVX2__)
    return reinterpret_cast<LongWords>(
        _mm256_mul_epu32(reinterpret_cast<__m256i>(a), reinterpret_cast<__m256i>(b)));
#elif defined(__SSE2__)
    return reinterpret_cast<LongWords>(
        _mm_mul_epu32(reinterpret_cast<__m128i>(a), reinterpret_cast<__m128i>(b)));
#else
    constexpr std::uint64_t kLow = 0xffffffffu;
    return (a & kLow) * (b & kLow);
#endif
  }
};

namespace simd_detail {

// A point of two floats as a number that is only moved.
typedef double Pair __attribute__((may_alias, aligned(4)));
typedef double Pairs2 __attribute__((vector_size(16)));

inline Pair pair_at(const float* y, std::int64_t at) {
  return *reinterpret_cast<const Pair*>(y + at);
}

/// The pairs where points which[0 .. N) of y [n, dims] begin, in one vector.
template <int N, class Id>
inline auto load_pairs(const float* y, const Id* which, std::int64_t dims) {
  if constexpr (N == 2) {
    return Pairs2{pair_at(y, which[0] * dims), pair_at(y, which[1] * dims)};
  } else {
    const auto low = load_pairs<N / 2>(y, which, dims);
    const auto high = load_pairs<N / 2>(y, which + N / 2, dims);
    if constexpr (N == 4)
      return __builtin_shufflevector(low, high, 0, 1, 2, 3);
    else
      return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
  }
}

/// Every second lane of a and b, beginning with lane First.
template <int First>
inline Floats every_second(Floats a, Floats b) {
  constexpr int f = First;
#if defined(__AVX512F__)
  return __builtin_shufflevector(a, b, f, f + 2, f + 4, f + 6, f + 8, f + 10, f + 12, f + 14,
                                 f + 16, f + 18, f + 20, f + 22, f + 24, f + 26, f + 28, f + 30);
#elif defined(__AVX2__)
  return __builtin_shufflevector(a, b, f, f + 2, f + 4, f + 6, f + 8, f + 10, f + 12, f + 14);
#else
  return __builtin_shufflevector(a, b, f, f + 2, f + 4, f + 6);
#endif
}

/// Lane l is lane l - By of x; the first ones are 0.
template <int By, std::size_t... Lane>
inline Ints moved_up(Ints x, std::index_sequence<Lane...>) {
  return __builtin_shufflevector(
      Ints{}, x, (Lane < By ? static_cast<int>(Lane) : static_cast<int>(Lane) + kSimd - By)...);
}
template <int By>
inline Ints moved_up(Ints x) {
  return moved_up<By>(x, std::make_index_sequence<kSimd>());
}

}  // namespace simd_detail

// Unaligned loads and stores of a register.
inline Floats load(const float* from) {
  Floats v;
  std::memcpy(&v, from, sizeof v);
  return v;
}
inline Ints load(const std::int32_t* from) {
  Ints v;
  std::memcpy(&v, from, sizeof v);
  return v;
}
template <class T, class V>
inline void store(T* to, V v) {
  std::memcpy(to, &v, sizeof v);
}
inline LongWords load(const std::int64_t* from) {
  LongWords v;
  std::memcpy(&v, from, sizeof v);
  return v;
}

/// x in every lane, straight from memory.
inline Floats repeated(const float& x) {
#if defined(__AVX512F__)
  return _mm512_set1_ps(x);
#elif defined(__AVX2__)
  return _mm256_set1_ps(x);
#else
  return Floats{x, x, x, x};
#endif
}

/// a b + c, rounded once where the processor does so: its last bit depends on that.
inline Floats fused(Floats a, Floats b, Floats c) {
#if defined(__AVX512F__)
  return _mm512_fmadd_ps(a, b, c);
#elif defined(__AVX2__) && defined(__FMA__)
  return _mm256_fmadd_ps(a, b, c);
#else
  return a * b + c;
#endif
}

/// Bit l: x[l] <= limit.
inline std::uint32_t lanes_up_to(Floats x, float limit) {
#if defined(__AVX512F__)
  return _mm512_cmp_ps_mask(x, _mm512_set1_ps(limit), _CMP_LE_OQ);
#elif defined(__AVX2__)
  return static_cast<std::uint32_t>(
      _mm256_movemask_ps(_mm256_cmp_ps(x, _mm256_set1_ps(limit), _CMP_LE_OQ)));
#elif defined(__SSE2__)
  return static_cast<std::uint32_t>(_mm_movemask_ps(_mm_cmple_ps(x, _mm_set1_ps(limit))));
#else
  std::uint32_t lanes = 0;
  for (int l = 0; l < kSimd; ++l) lanes |= (x[l] <= limit ? 1u : 0u) << l;
  return lanes;
#endif
}

/// Lane l is the sum of lanes 0 to l of x.
inline Ints running_sum(Ints x) {
  x += simd_detail::moved_up<1>(x);
  x += simd_detail::moved_up<2>(x);
  if constexpr (kSimd > 4) x += simd_detail::moved_up<4>(x);
  if constexpr (kSimd > 8) x += simd_detail::moved_up<8>(x);
  return x;
}

/// x[2]: two coordinates beside each other of the points which[kSimd], `y` being those of point 0.
template <class Id>
inline void gather_pairs(const float* y, const Id* which, std::int64_t dims, Floats* x) {
  using namespace simd_detail;
  const auto a = reinterpret_cast<Floats>(load_pairs<kSimd / 2>(y, which, dims));
  const auto b = reinterpret_cast<Floats>(load_pairs<kSimd / 2>(y, which + kSimd / 2, dims));
  x[0] = every_second<0>(a, b);
  x[1] = every_second<1>(a, b);
}

/// x[dims]: the coordinates of the points which[kSimd] of y [n, dims]. In pairs where there are two
/// or any number: the processors' own gather instructions are slower.
template <int Fixed, class Id>
inline void gather(const float* y, const Id* which, DimCount<Fixed> dims, Floats* x) {
  const int count = dims.count();
  if constexpr (Fixed == 2 || Fixed == kAnyDims) {
    for (int c = 0; c + 1 < count; c += 2) gather_pairs(y + c, which, count, x + c);
    if (count % 2 == 0) return;
    if (count > 1) return gather_pairs(y + count - 2, which, count, x + count - 2);
  }
  for (int l = 0; l < kSimd; ++l)
    for (int c = 0; c < count; ++c) x[c][l] = y[std::int64_t{which[l]} * count + c];
}

}  // namespace nearfold
