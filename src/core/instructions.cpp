#include "core/instructions.hpp"

namespace nearfold {

const char* instructions() noexcept {
#if defined(__AVX512F__)
  return "AVX-512";
#elif defined(__AVX2__)
  return "AVX2";
#elif defined(__SSE2__)
  return "SSE2";
#else
  return "those of any processor of its kind";
#endif
}

}  // namespace nearfold
