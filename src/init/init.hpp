// The initialization whatever holds its data: what the two initial_layout() of stages.hpp share.
#pragma once

#include <cstdint>

#include "init/init_source.hpp"
#include "stages.hpp"

namespace nearfold {

InitialLayout initial_layout(const Init& init, InitSource& source, int dims, std::uint64_t seed,
                             const Cpu& on);

}  // namespace nearfold
