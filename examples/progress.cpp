// What a long run says of itself, and how it is stopped: by a bar's button, a deadline, Ctrl-C.
// Build: find_package(nearfold), nearfold::nearfold; or c++ -std=c++20 with pkg-config nearfold.
#include <cstdio>
#include <nearfold/nearfold.hpp>
#include <random>

int main() {
  nearfold::Matrix points(3000, 20);  // Gaussian noise
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  for (float& value : points.span()) value = normal(random);

  // Called on this thread, at most twenty times a second, and after every few iterations.
  nearfold::Stage last = nearfold::Stage::check;
  const nearfold::Progress until_half = [&](const nearfold::ProgressInfo& at) {
    if (at.stage != last) std::printf("%s ...\n", nearfold::name(at.stage));
    last = at.stage;
    return at.stage != nearfold::Stage::optimize || at.done < at.total / 2;  // false: stop
  };

  // A run has a map to show from its first iteration on, so that is what a stopped one returns.
  const nearfold::Result map = nearfold::embed(points, {.seed = 7}, until_half);
  std::printf("%s after %d iterations, with a map of %lld rows\n",
              map.info.finished ? "finished" : "stopped", map.info.iterations,
              static_cast<long long>(map.layout.rows()));

  // Half a graph would be wrong: what has nothing to show throws.
  const nearfold::Progress never = [](const nearfold::ProgressInfo&) { return false; };
  try {
    nearfold::find_neighbors(points, 15, nearfold::FlatKnn{}, nearfold::Cpu{}, 7, {}, never);
  } catch (const nearfold::Cancelled& cancelled) {
    std::printf("no graph: %s\n", cancelled.what());
  }
}
