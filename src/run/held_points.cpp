#include "run/held_points.hpp"

#include <variant>

#include "knn/metric_table.hpp"
#include "plan/needs.hpp"

namespace nearfold {

HeldPoints hold_points(const Source& source, const Init& /*init*/, const Settings& /*settings*/,
                       const Cpu& /*on*/) {
  return {.points = source.points};
}

HeldPoints hold_points(const Source& source, const Init& init, const Settings& settings,
                       const Cuda& on) {
  const HostMatrix<const float> here = source.points.host.floats();
  const bool searched = source.graph == nullptr;
  const bool projected = source.checkpoint == nullptr && std::holds_alternative<PcaInit>(init);
  HeldPoints held{.points = source.points};
  if (here.rows() == 0 || !searched || !projected ||
      made_euclidean(row_of(settings.distance.metric)) ||
      held_bytes({.n = here.rows(), .dim = here.cols()}, settings) > free_bytes(on))
    return held;
  held.memory = DeviceArray<float>(on, static_cast<std::size_t>(here.size()));
  held.memory.write(here.data(), held.memory.size());
  held.points = DeviceMatrix<const float>(held.memory.data(), here.rows(), here.cols());
  return held;
}

}  // namespace nearfold
