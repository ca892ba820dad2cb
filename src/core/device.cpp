#include "core/device.hpp"

#include <string>
#include <variant>

#include "core/parallel.hpp"
#include "nearfold/error.hpp"

namespace nearfold {

std::string describe(const Device& device) {
  if (const auto* gpu = std::get_if<Cuda>(&device)) return describe(*gpu);
  const int threads = thread_count(std::get<Cpu>(device).threads);
  return "cpu (" + std::to_string(threads) + (threads == 1 ? " thread)" : " threads)");
}

void require_usable(const Device& device) {
  if (const auto* gpu = std::get_if<Cuda>(&device)) require_device(*gpu);
}

void require_taken(const StoredView& points, const Device& device) {
  if (points.is_narrow() && std::holds_alternative<Cuda>(device))
    throw Unsupported(std::string("points of ") + name(points.type()) +
                      " are kept as they are on the processor alone; use device cpu, or give them "
                      "as float32");
}

const Cpu& require_cpu(const Device& device, const char* what) {
  require_usable(device);
  if (const auto* cpu = std::get_if<Cpu>(&device)) return *cpu;
  throw Unsupported(std::string(what) + " is done on the processor alone; use device cpu");
}

}  // namespace nearfold
