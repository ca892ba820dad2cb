// A run that is killed and resumed from a file, to the same bytes as one that was not.
// Build: find_package(nearfold), nearfold::nearfold; or c++ -std=c++20 with pkg-config nearfold.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nearfold/nearfold.hpp>
#include <random>
#include <stdexcept>

const char* const kFile = "checkpoint.bin";

/// Everything that changes from one iteration to the next.
template <class File, class Checkpoint, class Each>
void each_part(File& file, Checkpoint& at, const Each& each) {
  each(file, &at.iteration, sizeof at.iteration);
  each(file, &at.early_iterations, sizeof at.early_iterations);
  each(file, &at.iterations, sizeof at.iterations);
  each(file, &at.memory, sizeof at.memory);
  for (auto* part : {&at.layout, &at.update, &at.gains})
    each(file, part->data(), part->span().size_bytes());
}

void save(const nearfold::Checkpoint& at) {
  std::ofstream file("checkpoint.new", std::ios::binary);
  each_part(file, at, [](std::ofstream& to, const auto* part, std::size_t bytes) {
    to.write(reinterpret_cast<const char*>(part), static_cast<std::streamsize>(bytes));
  });
  file.close();
  if (file) std::filesystem::rename("checkpoint.new", kFile);  // whole, or the one before
}

nearfold::Checkpoint load(std::int64_t n) {
  nearfold::Checkpoint at;
  at.layout = at.update = at.gains = nearfold::Matrix(n, 2);
  std::ifstream file(kFile, std::ios::binary);
  each_part(file, at, [](std::ifstream& from, auto* part, std::size_t bytes) {
    from.read(reinterpret_cast<char*>(part), static_cast<std::streamsize>(bytes));
  });
  if (!file) throw std::runtime_error("no checkpoint");
  return at;
}

int main() {
  nearfold::Matrix points(300, 10);
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  for (float& value : points.span()) value = normal(random);
  const nearfold::Settings settings{.method = nearfold::TsneParams{}, .seed = 7};
  const auto graph = [&] {  // the same for the same points and seed, or kept in a file of its own
    return nearfold::find_neighbors(points, 90, nearfold::FlatKnn{}, settings.device, 7);
  };

  if (const pid_t child = fork(); child == 0) {
    nearfold::Embedder run(graph(), points, settings);
    while (true) {
      run.advance(100);
      if (run.iteration() > 400) std::raise(SIGKILL);
      save(run.checkpoint());
    }
  } else {
    waitpid(child, nullptr, 0);
  }

  const nearfold::Checkpoint at = load(points.rows());
  const nearfold::Result resumed = nearfold::Embedder(graph(), points, settings, at).run_to_end();
  const nearfold::Result whole = nearfold::embed(graph(), points, settings);
  std::printf("killed after iteration 400, resumed at %d of %d: %s\n", at.iteration,
              whole.info.iterations,
              resumed.layout.values() == whole.layout.values() ? "the same bytes" : "another map");
  std::filesystem::remove(kFile);
}
