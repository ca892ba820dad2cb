// What every entry of the library checks before it works, and what it notes about it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/graph.hpp"
#include "math/host_device.hpp"
#include "nearfold/embed.hpp"

namespace nearfold {

struct Source;

/// Throws InvalidInput naming row and column of the first five values that are not finite or beyond
/// 1e16 and how many there are, or the shape that is not supported. O(n dim).
void check_points(HostMatrix<const float> points, const Cpu& on);

/// The shape of points alone.
void check_shape(std::int64_t rows, std::int64_t cols);

/// Whether distances can be made of a value.
NEARFOLD_HD inline bool is_usable(float value) {
  constexpr float kLargest = 1e16f;  // its square times any sensible dim is still a float
  return value <= kLargest && value >= -kLargest;
}

/// The values of points or queries alone, in any number of rows.
void check_values(HostMatrix<const float> points, const Cpu& on);

/// Both for points in the memory of a GPU, and how many of their columns are constant. O(n dim).
void check_points(DeviceMatrix<const float> points, const Cuda& on);
std::int64_t constant_columns(DeviceMatrix<const float> points, const Cuda& on);

[[noreturn]] void throw_not_finite();
/// Throws it when a layout in the memory of a GPU is not finite.
void require_finite(DeviceMatrix<const float> layout, const Cuda& on);

/// What is odd about points that are right: columns that are constant, columns in great number.
std::vector<std::string> data_warnings(const Source& source, const Settings& settings);

/// check_points() for all of a source: points where there are any, the graph's own rules, and that
/// the start can be made from them, or the checkpoint is of such a run, and memory.
void check_source(const Source& source, const Init& init, const Settings& settings, const Cpu& on);

/// PCA for t-SNE where there are points, spectral otherwise.
Init default_init(const Method& method, bool has_points);

/// Copies how the graph was made into the report.
void describe_graph(const KnnGraphView& graph, RunInfo& info);
inline void describe_graph(const DeviceKnnGraph& graph, RunInfo& info) {
  describe_graph(graph.metadata, info);
}

/// Throws NoDevice for a GPU that can't be used.
void require_usable(const Device& device);

/// The Cpu in `device`, for what has no implementation on a GPU: a usable one throws Unsupported,
/// another one NoDevice.
const Cpu& require_cpu(const Device& device);

}  // namespace nearfold
