// A service that places new rows on a finished map: one model, requests on several threads.
// Build: find_package(nearfold), nearfold::nearfold; or c++ -std=c++20 with pkg-config nearfold.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <nearfold/nearfold.hpp>
#include <random>
#include <thread>
#include <vector>

namespace {

nearfold::Matrix blobs(std::int64_t n, std::uint32_t seed) {
  nearfold::Matrix rows(n, 12);
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < 12; ++j)
      rows.row(i)[j] = normal(random) + (j == i % 4 ? 7.0f : 0.0f);
  return rows;
}

}  // namespace

int main() {
  const nearfold::Model model = nearfold::fit(blobs(2000, 1), {.seed = 7}).model;
  // Made once, asked from any thread; one thread for each request, as there are several of those.
  const nearfold::Transformer service(model, {}, nearfold::Cpu{.threads = 1});

  constexpr std::int64_t batch = 50;
  const nearfold::Matrix rows = blobs(4 * batch, 2);
  nearfold::Matrix places(rows.rows(), 2);
  std::vector<std::thread> requests;
  for (std::int64_t first = 0; first < rows.rows(); first += batch)
    requests.emplace_back([&, first] {
      const nearfold::Transformed answer = service.place({rows.row(first), batch, rows.cols()});
      std::ranges::copy(answer.map.span(), places.row(first));
    });
  for (std::thread& request : requests) request.join();

  // A row's place is its own: alone, in a batch or with all others, it is the same to the last bit.
  std::int64_t same = 0;
  for (std::int64_t i = 0; i < rows.rows(); ++i) {
    const nearfold::Matrix alone = service.place({rows.row(i), 1, rows.cols()}).map;
    same += std::equal(alone.data(), alone.data() + 2, places.row(i));
  }
  std::printf("%lld of %lld rows lie where they do alone\n", static_cast<long long>(same),
              static_cast<long long>(rows.rows()));

  nearfold::Matrix stranger(1, 12, std::vector<float>(12, 100.0f));
  const float remoteness = service.place(stranger).remoteness[0];
  std::printf("a row from elsewhere is %s\n", remoteness > service.remote() ? "far" : "near");
}
