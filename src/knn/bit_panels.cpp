#include "knn/bit_panels.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "core/parallel.hpp"
#include "knn/exact.hpp"

namespace nearfold {
namespace {

/// One after the other, by the processor's own count of a word where there is one.
inline __attribute__((always_inline)) void count_plainly(const std::uint64_t* const* rows,
                                                         const std::uint64_t* panels,
                                                         std::int64_t count, std::int64_t words,
                                                         std::int32_t* const* out) {
  for (std::int64_t p = 0; p < count; ++p, panels += words * kPanelSets)
    for (int q = 0; q < kSetsAtOnce; ++q) {
      std::int64_t both[kPanelSets] = {};
      for (std::int64_t w = 0; w < words; ++w)
        for (int s = 0; s < kPanelSets; ++s)
          both[s] += __builtin_popcountll(rows[q][w] & panels[w * kPanelSets + s]);
      for (int s = 0; s < kPanelSets; ++s)
        out[q][p * kPanelSets + s] = static_cast<std::int32_t>(both[s]);
    }
}

#if defined(__x86_64__)

__attribute__((target("popcnt"))) void count_words(const std::uint64_t* const* rows,
                                                   const std::uint64_t* panels, std::int64_t count,
                                                   std::int64_t words, std::int32_t* const* out) {
  count_plainly(rows, panels, count, words, out);
}

/// A word of eight sets in one register.
__attribute__((target("avx512f,avx512vl,avx512vpopcntdq"))) void count_registers(
    const std::uint64_t* const* rows, const std::uint64_t* panels, std::int64_t count,
    std::int64_t words, std::int32_t* const* out) {
  static_assert(kSetsAtOnce == 4 && kPanelSets == 8);
  const std::uint64_t* const own[] = {rows[0], rows[1], rows[2], rows[3]};
  for (std::int64_t p = 0; p < count; ++p, panels += words * kPanelSets) {
    __m512i sums[kSetsAtOnce] = {};
    for (std::int64_t w = 0; w < words; ++w) {
      const __m512i sets = _mm512_loadu_si512(panels + w * kPanelSets);
      for (int q = 0; q < kSetsAtOnce; ++q) {
        const __m512i word = _mm512_set1_epi64(static_cast<long long>(own[q][w]));
        sums[q] = _mm512_add_epi64(sums[q], _mm512_popcnt_epi64(_mm512_and_si512(word, sets)));
      }
    }
    for (int q = 0; q < kSetsAtOnce; ++q)
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(out[q] + p * kPanelSets),
                          _mm512_cvtepi64_epi32(sums[q]));
  }
}

#endif

using Count = void (*)(const std::uint64_t* const*, const std::uint64_t*, std::int64_t,
                       std::int64_t, std::int32_t* const*);

Count fastest_count() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512vpopcntdq") && __builtin_cpu_supports("avx512vl"))
    return count_registers;
  if (__builtin_cpu_supports("popcnt")) return count_words;
#endif
  return [](const std::uint64_t* const* rows, const std::uint64_t* panels, std::int64_t count,
            std::int64_t words,
            std::int32_t* const* out) { count_plainly(rows, panels, count, words, out); };
}

}  // namespace

std::int32_t count_bits(const float* row, std::int64_t words) {
  std::int32_t count = 0;
  for (std::int64_t w = 0; w < words; ++w) {
    std::uint64_t word;
    std::memcpy(&word, row + 2 * w, sizeof word);
    count += std::popcount(word);
  }
  return count;
}

BitPanels make_bit_panels(const MetricSpace& space, const Cpu& on) {
  const HostMatrix<const float> points = space.points.view.floats();
  const Queries kinds = all_kinds(space);
  BitPanels made;
  made.words = points.cols() / 2;
  std::vector<std::int32_t> counts(static_cast<std::size_t>(points.rows()));
  parallel_for(on.threads, points.rows(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      counts[static_cast<std::size_t>(i)] = count_bits(points.row(i), made.words);
  });
  made.ids.assign(kinds.which.begin(), kinds.which.end());
  std::stable_sort(made.ids.begin(), made.ids.end(), [&](std::int32_t a, std::int32_t b) {
    return counts[static_cast<std::size_t>(a)] < counts[static_cast<std::size_t>(b)];
  });
  const std::int64_t panels = (made.n() + kPanelSets - 1) / kPanelSets;
  made.counts.resize(static_cast<std::size_t>(panels * kPanelSets));
  made.panels.resize(static_cast<std::size_t>(panels * made.words * kPanelSets));
  parallel_for(on.threads, made.n(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t s = begin; s < end; ++s) {
      const std::int32_t id = made.ids[static_cast<std::size_t>(s)];
      made.counts[static_cast<std::size_t>(s)] = counts[static_cast<std::size_t>(id)];
      std::uint64_t* const to = made.panels.data() + s / kPanelSets * made.words * kPanelSets;
      for (std::int64_t w = 0; w < made.words; ++w)
        std::memcpy(to + w * kPanelSets + s % kPanelSets, points.row(id) + 2 * w,
                    sizeof(std::uint64_t));
    }
  });
  return made;
}

void count_both(const std::uint64_t* const* rows, const std::uint64_t* panels, std::int64_t count,
                std::int64_t words, std::int32_t* const* out) {
  static const Count by = fastest_count();
  by(rows, panels, count, words, out);
}

}  // namespace nearfold
