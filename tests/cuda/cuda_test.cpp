// What only a GPU shows. Skipped where there is none, unless NEARFOLD_REQUIRE_GPU is set: then it
// fails. Nearly everything is asked of the public interface, and held against the CPU.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "kernels/core/cuda.hpp"
#include "kernels/core/recording.hpp"
#include "kernels/core/whole_numbers.hpp"
#include "kernels/knn/gpu_search.hpp"
#include "knn/metric_table.hpp"
#include "nearfold/nearfold.hpp"
#include "stages.hpp"
#include "support/data.hpp"
#include "support/metrics.hpp"

namespace nearfold {
namespace {

class OnGpu : public ::testing::Test {
 protected:
  void SetUp() override {
    const Device best = best_device();
    if (std::holds_alternative<Cuda>(best)) {
      gpu_ = std::get<Cuda>(best);
      return;
    }
    if (std::getenv("NEARFOLD_REQUIRE_GPU")) FAIL() << "no usable GPU";
    GTEST_SKIP() << "no usable GPU";
  }
  Cuda gpu_;
};

/// Needs no device: what each code of the runtime is to a caller. After anything but a lack of
/// memory the process must not use the device again.
TEST(CudaErrors, AreWhatACallerCanDoAboutThem) {
  EXPECT_NO_THROW(check_cuda(cudaSuccess, "call"));
  EXPECT_THROW(check_cuda(cudaErrorMemoryAllocation, "call"), OutOfMemory);
  for (const cudaError_t code :
       {cudaErrorIllegalAddress, cudaErrorLaunchTimeout, cudaErrorECCUncorrectable,
        cudaErrorLaunchFailure, cudaErrorHardwareStackError, cudaErrorIllegalInstruction}) {
    try {
      check_cuda(code, "call");
      FAIL() << code;
    } catch (const DeviceFailure& error) {
      const std::string says = error.what();
      EXPECT_NE(says.find(cudaGetErrorName(code)), std::string::npos) << says;
      EXPECT_NE(says.find("can't be used any more"), std::string::npos) << says;
    }
  }
}

Settings settings_of(const Method& method, const Device& device, std::uint64_t seed = 3) {
  return {.knn = FlatKnn{}, .method = method, .seed = seed, .device = device};
}

void expect_same(const KnnGraph& a, const KnnGraph& b) {
  EXPECT_EQ(a.neighbors, b.neighbors);
  EXPECT_EQ(a.distances, b.distances);
}

TEST_F(OnGpu, FlatNeighboursAreTheCpus) {
  for (const Matrix& x : {data::blobs(5000, 60, 1), data::normals(3000, 784, 2)})
    for (const Metric metric : {Metric::euclidean, Metric::sqeuclidean, Metric::cosine}) {
      const Distance distance{.metric = metric};
      expect_same(find_neighbors(x, 30, FlatKnn{}, gpu_, 1, distance),
                  find_neighbors(x, 30, FlatKnn{}, Cpu{}, 1, distance));
    }
}

TEST_F(OnGpu, FlatNeighboursOfTwinsAreTheCpus) {
  Matrix x = data::normals(4000, 20, 4);
  for (std::int64_t i = 1; i < 200; ++i) std::copy_n(x.row(0), 20, x.row(i));
  expect_same(find_neighbors(x, 15, FlatKnn{}, gpu_, 1),
              find_neighbors(x, 15, FlatKnn{}, Cpu{}, 1));
}

TEST_F(OnGpu, FlatNeighboursByHalvesAreTheCpus) {
  for (const Matrix& x : {data::lattice(6000, 784, 11, 256), data::normals(6000, 64, 12, 1, 1e3f),
                          data::scaled(data::blobs(6000, 100, 13), 1e-9f)})
    for (const int k : {5, 90})
      expect_same(find_neighbors(x, k, FlatKnn{}, gpu_, 1),
                  find_neighbors(x, k, FlatKnn{}, Cpu{}, 1));
}

KnnGraph brought(const DeviceKnnGraph& from, std::int64_t n, std::int64_t k) {
  KnnGraph graph;
  graph.neighbors.resize(static_cast<std::size_t>(n * k));
  graph.distances.resize(static_cast<std::size_t>(n * k));
  from.neighbors.read(graph.neighbors.data(), graph.neighbors.size());
  from.distances.read(graph.distances.data(), graph.distances.size());
  return graph;
}

TEST_F(OnGpu, FlatNeighboursInTilesAreTheCpus) {
  Matrix x = data::normals(5000, 70, 14);
  for (std::int64_t i = 1; i < 200; ++i) std::copy_n(x.row(0), 70, x.row(i * 20));
  for (const Metric metric : {Metric::euclidean, Metric::correlation}) {
    const Distance distance{.metric = metric};
    const KnnGraph wanted = find_neighbors(x, 15, FlatKnn{}, Cpu{}, 1, distance);
    const SearchedPoints points{x.data(), x.rows(), x.cols(), false, distance, 1};
    for (const bool half : {true, false})
      for (const std::int64_t tile : {10, 999, 5000})
        expect_same(brought(flat_on_gpu(gpu_, points, 15, {half, false, tile, 700}), 5000, 15),
                    wanted);
  }
}

TEST_F(OnGpu, PointsOnTheDeviceAreTakenThere) {
  const Matrix x = data::normals(3000, 80, 15);
  DeviceArray<float> there(gpu_, x.values().size());
  there.write(x.data(), x.values().size());
  for (const Metric metric : {Metric::euclidean, Metric::cosine}) {
    const Distance distance{.metric = metric};
    const DeviceKnnGraph found = find_knn(DeviceMatrix<const float>{there.data(), 3000, 80}, 15,
                                          FlatKnn{}, distance, gpu_, 1);
    EXPECT_EQ(found.metadata.n, 3000);
    EXPECT_EQ(found.metadata.k, 15);
    expect_same(brought(found, 3000, 15), find_neighbors(x, 15, FlatKnn{}, Cpu{}, 1, distance));
  }
}

TEST_F(OnGpu, ZeroVectorsAreRefusedAsOnTheCpu) {
  Matrix x = data::normals(1000, 64, 16);
  std::fill_n(x.row(7), 64, 0.0f);
  const Distance far{.metric = Metric::cosine, .zero_vectors = ZeroVectors::far};
  expect_same(find_neighbors(x, 15, FlatKnn{}, gpu_, 1, far),
              find_neighbors(x, 15, FlatKnn{}, Cpu{}, 1, far));
  EXPECT_THROW(find_neighbors(x, 15, FlatKnn{}, gpu_, 1, {.metric = Metric::cosine}), InvalidInput);
}

TEST_F(OnGpu, IvfNeighboursAreTheCpus) {
  Matrix twins = data::normals(8000, 20, 17);
  for (std::int64_t i = 1; i < 300; ++i) std::copy_n(twins.row(0), 20, twins.row(i * 20));
  for (const Matrix& x : {data::blobs(60'000, 50, 5), data::normals(20'000, 200, 18, 0.95), twins})
    for (const Metric metric : {Metric::euclidean, Metric::cosine}) {
      const Distance distance{.metric = metric};
      const KnnGraph found =
          find_neighbors(x, 15, IvfKnn{.target_recall = 0.97}, gpu_, 1, distance);
      const KnnGraph wanted =
          find_neighbors(x, 15, IvfKnn{.target_recall = 0.97}, Cpu{}, 1, distance);
      expect_same(found, wanted);
      EXPECT_EQ(found.index, wanted.index + " on a GPU");
      EXPECT_EQ(found.recall, wanted.recall);
      EXPECT_EQ(found.duplicates, wanted.duplicates);
    }
}

TEST_F(OnGpu, FaissCellsReachTheirRecall) {
  const Matrix x = data::blobs(60'000, 50, 5);
  const KnnGraph once =
      find_neighbors(x, 15, IvfKnn{.target_recall = 0.97, .faiss = true}, gpu_, 1);
  ASSERT_TRUE(once.recall);
  EXPECT_GE(once.recall->mean, 0.97);
  EXPECT_NE(once.index.find("by FAISS"), std::string::npos) << once.index;
  const KnnGraph exact = find_neighbors(x, 15, FlatKnn{}, Cpu{}, 1);
  std::size_t kept = 0;
  for (std::size_t e = 0; e < exact.neighbors.size(); ++e)
    kept += once.neighbors[e] == exact.neighbors[e] ? 1 : 0;
  EXPECT_GT(static_cast<double>(kept) / static_cast<double>(exact.neighbors.size()), 0.5);
}

TEST_F(OnGpu, UmapIsTheCpus) {
  for (const int dims : {2, 3})
    for (const int k : {5, 15, 100}) {
      const Matrix x = data::blobs(3000, 20, 6);
      Settings settings = settings_of(UmapParams{.n_neighbors = k}, gpu_);
      settings.dims = dims;
      const Result on_gpu = embed(x, settings);
      settings.device = Cpu{};
      EXPECT_EQ(on_gpu.layout.values(), embed(x, settings).layout.values()) << dims << ", " << k;
    }
}

TEST_F(OnGpu, UmapOfHubsIsTheCpus) {
  Matrix x = data::normals(5000, 100, 11);
  for (const std::int64_t hub : {0, 17, 18, 4999}) std::fill_n(x.row(hub), 100, 0.0f);
  for (const int dims : {2, 3})
    for (const double rate : {0.0, 0.3, 5.0, 20.0}) {
      Settings settings = settings_of(UmapParams{.negative_sample_rate = rate}, gpu_);
      settings.dims = dims;
      const Result on_gpu = embed(x, settings);
      settings.device = Cpu{};
      EXPECT_EQ(on_gpu.layout.values(), embed(x, settings).layout.values()) << dims << ", " << rate;
    }
}

TEST_F(OnGpu, ExactTsneIsTheCpus) {
  for (const int dims : {2, 3}) {
    const Matrix x = data::blobs(2000, 20, 7);
    Settings settings = settings_of(TsneParams{.max_iter = 300}, gpu_);
    settings.dims = dims;
    const Result on_gpu = embed(x, settings);
    settings.device = Cpu{};
    const Result on_cpu = embed(x, settings);
    EXPECT_EQ(on_gpu.layout.values(), on_cpu.layout.values()) << dims;
    EXPECT_EQ(on_gpu.info.kl_divergence, on_cpu.info.kl_divergence);
  }
}

TEST_F(OnGpu, TsneByFftIsTheSameTwiceAndAsGoodAsTheCpus) {
  const Matrix x = data::blobs(12'000, 20, 8);
  for (const TsneParams& params :
       {TsneParams{}, TsneParams{.dof = 0.5},
        TsneParams{.late_exaggeration = 2, .late_exaggeration_iter = 100}}) {
    Settings settings = settings_of(params, gpu_);
    const Result once = embed(x, settings), twice = embed(x, settings);
    EXPECT_EQ(once.layout.values(), twice.layout.values());
    ASSERT_TRUE(once.info.force_error);
    EXPECT_LT(once.info.force_error->relative, 0.02);
    settings.device = Cpu{};
    const double wanted = *embed(x, settings).info.kl_divergence;
    EXPECT_NEAR(*once.info.kl_divergence, wanted, 0.02 * wanted);
  }
}

void expect_the_cpus(const Matrix& x, Settings settings) {
  const Result on_gpu = embed(x, settings);
  settings.device = Cpu{};
  const Result on_cpu = embed(x, settings);
  EXPECT_EQ(on_gpu.layout.values(), on_cpu.layout.values());
  EXPECT_EQ(on_gpu.info.edges, on_cpu.info.edges);
  EXPECT_EQ(on_gpu.info.warnings, on_cpu.info.warnings);
  EXPECT_EQ(on_gpu.info.kl_divergence, on_cpu.info.kl_divergence);
}

// Everything but the plain methods: edges of the host, surfaces, densMAP, PaCMAP, tails, late
// phases.
TEST_F(OnGpu, FamiliesAreTheCpus) {
  const Matrix x = data::blobs(2500, 20, 25);
  const double near = find_neighbors(x, 5, FlatKnn{}, Cpu{}, 1).distances[4];
  using enum TsneParams::Affinities;
  for (const Method& method :
       {Method{UmapParams{.n_epochs = 100, .disconnection_distance = near}},
        Method{UmapParams{.n_epochs = 100, .densmap = true}},
        Method{UmapParams{.n_epochs = 100, .output_metric = OutputMetric::sphere}},
        Method{UmapParams{.n_epochs = 100, .output_metric = OutputMetric::torus}},
        Method{UmapParams{.n_epochs = 100, .output_metric = OutputMetric::hyperboloid}},
        Method{PacmapParams{.num_iters = {30, 30, 40}}},
        Method{LocalmapParams{{.num_iters = {30, 30, 60}}, 10}},
        Method{TsneParams{.perplexities = {10, 50}, .max_iter = 100}},
        Method{TsneParams{.affinities = uniform, .max_iter = 100}},
        Method{TsneParams{.dof = 0.5, .max_iter = 100}},
        Method{TsneParams{.early_exaggeration_iter = 50,
        .late_exaggeration = 2,
        .late_exaggeration_iter = 30,
        .early_stop = true,
        .max_iter = 300}}}) {
    SCOPED_TRACE(method.index());
    expect_the_cpus(x, settings_of(method, gpu_));
  }
  ClassTarget classes;
  ValueTarget values;
  for (int i = 0; i < 2500; ++i) {
    classes.classes.push_back(i % 5 == 4 ? -1 : i % 3);
    values.values.push_back(static_cast<float>(i * 37 % 2500));
  }
  Settings steered = settings_of(UmapParams{.n_epochs = 100}, gpu_);
  steered.targets = {classes, values};
  expect_the_cpus(x, steered);
}

TEST_F(OnGpu, PlacesOfNewPointsAreTheCpus) {
  for (const std::int64_t n : {2000, 9000})  // t-SNE's field by all pairs and by the grid
    for (const int dims : {2, 3})
      for (const Method& method :
           {Method{UmapParams{.n_epochs = 50}},
            Method{TsneParams{.perplexity = 10, .max_iter = 100}},
            Method{TsneParams{.perplexity = 10, .dof = 0.5, .max_iter = 100}},
            Method{TsneParams{.perplexities = {5, 20}, .max_iter = 100}},
            Method{PacmapParams{.num_iters = {20, 20, 20}}}}) {
        if (n > 2000 && dims == 3) continue;
        Settings settings = settings_of(method, Cpu{});
        settings.dims = dims;
        const Model model = fit(data::blobs(n, 30, 16), settings).model;
        const Matrix rows = data::blobs(5000, 30, 17);
        const Transformed on_gpu = transform(model, rows, {}, gpu_);
        const Transformed on_cpu = transform(model, rows);
        EXPECT_EQ(on_gpu.map.values(), on_cpu.map.values()) << n << ", " << dims;
        EXPECT_EQ(on_gpu.remoteness, on_cpu.remoteness);
      }
}

TEST_F(OnGpu, PlacesUnderEveryMetricAreTheCpus) {
  for (const Metric metric : metrics_of_any_points()) {
    Settings settings = settings_of(UmapParams{.n_epochs = 50}, Cpu{});
    settings.distance.metric = metric;
    const Model model = fit(data::normals(3000, 100, 18), settings).model;
    const Matrix rows = data::normals(300, 100, 19);
    EXPECT_EQ(transform(model, rows, {}, gpu_).map.values(), transform(model, rows).map.values())
        << name(metric);
  }
}

TEST_F(OnGpu, PointsAndMapMayStayThere) {
  const Matrix x = data::blobs(3000, 20, 11);
  DeviceArray<float> there(gpu_, x.values().size()), map(gpu_, 6000);
  there.write(x.data(), x.values().size());
  for (const Method& method :
       {Method{UmapParams{}}, Method{TsneParams{.max_iter = 300}}, Method{PacmapParams{}}}) {
    const Settings settings = settings_of(method, gpu_);
    const RunInfo info =
        embed({there.data(), x.rows(), x.cols()}, {map.data(), x.rows(), 2}, settings);
    const Result from_host = embed(x, settings);
    std::vector<float> found(6000);
    map.read(found.data(), found.size());
    EXPECT_EQ(found, from_host.layout.values());
    EXPECT_EQ(info.kl_divergence, from_host.info.kl_divergence);
    EXPECT_EQ(info.warnings, from_host.info.warnings);
    EXPECT_TRUE(info.finished);
  }
}

TEST_F(OnGpu, PointsThereAreChecked) {
  Matrix x = data::blobs(500, 5, 12);
  for (std::int64_t i = 0; i < x.rows(); ++i) x.row(i)[2] = 1.0f;
  DeviceArray<float> there(gpu_, x.values().size()), map(gpu_, 1000);
  there.write(x.data(), x.values().size());
  const DeviceMatrix<const float> points{there.data(), x.rows(), x.cols()};
  const Settings settings = settings_of(UmapParams{}, gpu_);
  const RunInfo info = embed(points, {map.data(), 500, 2}, settings);
  ASSERT_EQ(info.warnings.size(), 1U);
  EXPECT_NE(info.warnings[0].find("1 of 5 columns are constant"), std::string::npos);
  EXPECT_THROW(embed(points, {map.data(), 499, 2}, settings), InvalidInput);
  x.row(37)[4] = std::numeric_limits<float>::quiet_NaN();
  there.write(x.data(), x.values().size());
  EXPECT_THROW(embed(points, {map.data(), 500, 2}, settings), InvalidInput);
}

// Spectral and PCA, one component and many, given and random: the layout is the CPU's as well.
TEST_F(OnGpu, EveryStartIsTheCpus) {
  Matrix apart = data::blobs(6000, 10, 13);
  for (std::int64_t i = 0; i < apart.rows(); ++i)
    apart.row(i)[0] += 1e4f * static_cast<float>(i < 2500 ? 0 : i < 5500 ? 1 : 2 + i / 100);
  for (const Matrix& x : {data::normals(5000, 10, 14), apart})
    for (const Init& init : {Init{SpectralInit{}}, Init{PcaInit{}}, Init{RandomInit{}}}) {
      Settings settings = settings_of(UmapParams{.n_epochs = 1}, gpu_);
      settings.init = init;
      const Result on_gpu = embed(x, settings);
      settings.device = Cpu{};
      const Result on_cpu = embed(x, settings);
      EXPECT_EQ(on_gpu.layout.values(), on_cpu.layout.values());
      EXPECT_EQ(on_gpu.info.warnings, on_cpu.info.warnings);
    }
}

TEST_F(OnGpu, IterationsCanBeCountedOffInAnyWay) {
  const Matrix x = data::blobs(9000, 20, 9);
  using enum TsneParams::Repulsion;
  for (const Method& method : {Method(TsneParams{.max_iter = 120, .repulsion = fft}),
                               Method(TsneParams{.max_iter = 120, .repulsion = exact}),
                               Method(UmapParams{.n_neighbors = 5, .n_epochs = 120}),
                               Method(UmapParams{.n_epochs = 120})}) {
    const Settings settings = settings_of(method, gpu_);
    Embedder whole(x, settings), parts(x, settings);
    whole.advance(120);
    for (const int steps : {1, 9, 13, 47, 50}) {
      parts.advance(steps);
      parts.loss();
    }
    Matrix a(9000, 2), b(9000, 2);
    whole.copy_layout(a.view());
    parts.copy_layout(b.view());
    EXPECT_EQ(a.values(), b.values()) << method.index();
  }
}

// What one thread asks for does not get into what another one records.
TEST_F(OnGpu, RunsOfTwoThreadsAreThoseOfOne) {
  const Matrix x = data::blobs(9000, 20, 12);
  const Settings settings = settings_of(TsneParams{.max_iter = 300}, gpu_);
  const Matrix wanted = embed(x, settings).layout;
  Matrix found[2];
  std::thread other([&] { found[0] = embed(x, settings).layout; });
  found[1] = embed(x, settings).layout;
  other.join();
  for (const Matrix& layout : found) EXPECT_EQ(layout.values(), wanted.values());
}

// Through page-locked pieces, the last of which is short.
TEST_F(OnGpu, ManyBytesComeAsFewDo) {
  std::vector<std::uint32_t> values((kStagedFrom + kStageBytes / 3) / 4);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<std::uint32_t>(i) * 0x9E3779B1u;
  DeviceArray<std::uint32_t> there(gpu_, values.size());
  there.write(values.data(), values.size());
  std::vector<std::uint32_t> back(values.size());
  there.read(back.data(), back.size());
  EXPECT_EQ(back, values);
}

TEST_F(OnGpu, WholeNumbersAreSortedAndScanned) {
  std::vector<std::uint64_t> keys;
  std::vector<std::int64_t> values, sums;
  for (std::int64_t i = 0, sum = 0; i < 100'003; sum += values.back(), ++i) {
    keys.push_back(static_cast<std::uint64_t>(i) * 0x9E3779B97F4A7C15u);
    values.push_back(i * 7919 % (std::int64_t{1} << 33));
    sums.push_back(sum);
  }
  DeviceArray<std::uint64_t> sorted(gpu_, keys.size());
  sorted.write(keys.data(), keys.size());
  sort_keys(gpu_, sorted);
  sorted.read(keys.data(), keys.size());
  EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
  DeviceArray<std::int64_t> scanned(gpu_, values.size());
  scanned.write(values.data(), values.size());
  scan_numbers(gpu_, scanned.data(), std::ssize(values));
  scanned.read(values.data(), values.size());
  EXPECT_EQ(values, sums);
}

// A few points that all others have among their neighbours: long rows in every stage.
TEST_F(OnGpu, MapsOfManyEqualPointsAreTheCpus) {
  Matrix x = data::normals(20'000, 30, 23);
  for (std::int64_t i = 0; i < 12'000; ++i) std::copy_n(x.row(0), 30, x.row(i));
  for (const Method& method :
       {Method{UmapParams{.n_epochs = 20}},
        Method{TsneParams{
            .perplexity = 5, .max_iter = 20, .repulsion = TsneParams::Repulsion::exact}}}) {
    Settings settings = settings_of(method, gpu_);
    const Result on_gpu = embed(x, settings);
    settings.device = Cpu{};
    EXPECT_EQ(on_gpu.layout.values(), embed(x, settings).layout.values()) << method.index();
  }
}

TEST_F(OnGpu, IsMadeReadyInAStageOfItsOwn) {
  std::vector<Stage> stages;
  const Result made = embed(data::blobs(2000, 20, 24), settings_of(UmapParams{}, gpu_),
                            [&](const ProgressInfo& at) {
                              if (stages.empty() || stages.back() != at.stage)
                                stages.push_back(at.stage);
                              return true;
                            });
  ASSERT_FALSE(stages.empty());
  EXPECT_EQ(stages.front(), Stage::device);
  EXPECT_EQ(std::count(stages.begin(), stages.end(), Stage::device), 1);
  EXPECT_EQ(made.info.seconds.front().first, "device");
}

TEST_F(OnGpu, ARecordingIsReplayed) {
  const OwnStream stream(gpu_);
  const Cuda& on = stream.on();
  DeviceArray<std::uint8_t> from(on, 4), to(on, 4);
  Capture capture(on);
  check_cuda(cudaMemsetAsync(from.data(), 7, 4, on.stream), "cudaMemsetAsync");
  to.write(from);
  const Recording recording(on, capture.end());
  for (const auto before : {std::uint8_t{1}, std::uint8_t{2}}) {
    const std::vector<std::uint8_t> values(4, before);
    from.write(values.data(), 4);
    to.write(values.data(), 4);
    recording.replay();
    std::vector<std::uint8_t> found(4);
    to.read(found.data(), 4);
    EXPECT_EQ(found, std::vector<std::uint8_t>(4, 7));
  }
}

TEST_F(OnGpu, ARecordingThatFailsSaysSoAndLeavesTheStreamAsItWas) {
  const OwnStream stream(gpu_);
  const Cuda& on = stream.on();
  const auto wait = [&] { check_cuda(cudaStreamSynchronize(on.stream), "cudaStreamSynchronize"); };
  {
    Capture capture(on);
    EXPECT_THROW(wait(), DeviceFailure);
    try {
      capture.end();
      FAIL();
    } catch (const DeviceFailure& error) {
      EXPECT_NE(std::string(error.what()).find("cudaStreamEndCapture"), std::string::npos);
    }
  }
  {
    const Capture abandoned(on);
    EXPECT_THROW(wait(), DeviceFailure);
  }
  EXPECT_NO_THROW(wait());
  EXPECT_EQ(cudaGetLastError(), cudaSuccess);
}

TEST_F(OnGpu, RefusesWhatItCannotDo) {
  const Matrix x = data::normals(5000, 8, 10);
  EXPECT_THROW(find_neighbors(x, 5, HnswKnn{}, gpu_, 1), Unsupported);
  EXPECT_THROW(find_neighbors(x, 2500, FlatKnn{}, gpu_, 1), Unsupported);
  EXPECT_THROW(find_neighbors(x, 5, FlatKnn{}, gpu_, 1, {.metric = Metric::manhattan}),
               Unsupported);
  EXPECT_THROW(find_neighbors(x, 5, FlatKnn{}, Cuda{99}, 1), NoDevice);
}

}  // namespace
}  // namespace nearfold
