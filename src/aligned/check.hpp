// What is refused of aligned maps before any work.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "nearfold/aligned.hpp"
#include "nearfold/plan.hpp"

namespace nearfold {

/// "set 2"
std::string name_of_set(std::size_t set);

/// The settings of one set: its own parameters and targets, and the epochs that all have.
Settings settings_of_set(const AlignedSet& set, const Settings& settings);

/// Ranges of settings and parameters, the method, the device, what each set may have, and that
/// relations are of these sets. Throws what embed_aligned() does.
void check_aligned(std::span<const AlignedSet> sets, std::span<const Relation> relations,
                   const Settings& settings, const AlignedParams& params);

/// Throws OutOfMemory.
void require_aligned_memory(std::span<const AlignedSet> sets, const Settings& settings);
[[noreturn]] void throw_aligned_memory(std::size_t sets, std::int64_t bytes,
                                       const MemoryLimit& limit);

}  // namespace nearfold
