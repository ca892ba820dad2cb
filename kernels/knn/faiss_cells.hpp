// Neighbours through the inverted file of FAISS, for those who ask for it by name: its cells are
// its own, and may differ from run to run, as it works on two streams with one cuBLAS handle
// (CUBLAS_WORKSPACE_CONFIG=:4096:8 in the environment makes NVIDIA's promise good again). Its
// distances are measured again as all are.
//
// Cost for n rows of w columns: 4 w (n + min(n, 64 lists)) bytes copied on the device, the sample
// also to the host and back in each of ten iterations of FAISS' k-means; then what FAISS takes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/stopping.hpp"
#include "kernels/knn/sample.hpp"

namespace nearfold {

/// How such a file is made and searched.
struct CellTask {
  int nlist = 1;
  std::optional<int> nprobe;  // unset: doubled until the target is reached
  double target_recall = 0.95;
  /// Of a sample that the cells are trained on, and of all rows.
  std::function<std::unique_ptr<FaissCells>(const DeviceRows<float>& sample,
                                            const DeviceRows<float>& rows)>
      make;
};

struct CellsFound {
  int nprobe = 1;
  Recall recall;
};

/// The cells of all rows, trained on evenly spaced ones.
template <class Executor>
std::unique_ptr<FaissCells> make_faiss_cells(const Executor& executor, RowsOn<Executor>& rows,
                                             const CellTask& task) {
  const std::int64_t n = rows.n(), width = rows.width();
  const std::int64_t count = std::min(n, kFaissRowsOfCell * task.nlist);
  const DeviceRows<float> all{rows.all(), n, width};
  if (count == n) return task.make(all, all);
  std::vector<std::int64_t> sampled;
  for (std::int64_t s = 0; s < count; ++s) sampled.push_back(s * n / count);
  const auto list = executor.upload(sampled);
  auto room = executor.template buffer<float>(count * width);
  return task.make({rows.some({list.data(), 0}, count, room.data()), count, width}, all);
}

/// Every row through cells, whose probes double until the sample's recall reaches the target; a row
/// that is too short is made exact. One structure of FAISS at a time. All rows are held.
template <class Executor>
CellsFound find_through_cells(const Executor& executor, SearchOn<Executor>& search,
                              const CellTask& task, std::unique_ptr<Finder> finder) {
  SampleOn<Executor> sample;
  {
    const Part part(0.1);
    sample = sample_exactly(executor, search, *finder);
  }
  finder.reset();

  auto index = make_faiss_cells(executor, search.rows(), task);
  CellsFound found{task.nprobe.value_or(1), {}};
  double left = 1;  // share of the progress to come: how many rounds there will be is not known
  const auto look = [&] {
    left *= 0.7;
    const Part part(0.5 - 0.4 * left);
    index->set_probes(found.nprobe);
    search.search(*index, sample.which(), sample.count());
    found.recall = recall_of(sample.neighbors, search.distances_of(sample.which(), sample.count()));
  };
  look();
  const int most = std::min(task.nlist, kMaxPerCells);
  while (!task.nprobe && found.recall.mean < task.target_recall && found.nprobe < most) {
    found.nprobe = std::min(2 * found.nprobe, most);
    look();
  }
  {
    const Part part(1);
    search.search(*index, PointIds{}, search.n());
  }
  index.reset();
  search.measure(search.too_short());
  return found;
}

}  // namespace nearfold
