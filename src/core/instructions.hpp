// The widest registers that loops of the library are compiled for; all of them give the same bytes.
#pragma once

namespace nearfold {

/// "AVX-512", "AVX2", ...
const char* instructions() noexcept;

}  // namespace nearfold
