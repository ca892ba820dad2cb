#include "nearfold/device.hpp"

#include "core/parallel.hpp"

namespace nearfold {

std::string describe(const Device& device) {
  if (const auto* gpu = std::get_if<Cuda>(&device)) return describe(*gpu);
  const int threads = thread_count(std::get<Cpu>(device).threads);
  return "cpu (" + std::to_string(threads) + (threads == 1 ? " thread)" : " threads)");
}

}  // namespace nearfold
