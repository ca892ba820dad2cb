// The optimisation in the caller's hands: a snapshot every 50 epochs, and a stop when there are
// enough. Points here are made up; in your program they are a row-major array of floats.
#include <cmath>
#include <cstdio>
#include <nearfold/nearfold.hpp>

int main() {
  nearfold::Matrix points(500, 3);  // a helix
  for (int i = 0; i < 500; ++i) {
    const auto t = static_cast<float>(i) * 0.05f;
    points.row(i)[0] = std::cos(t);
    points.row(i)[1] = std::sin(t);
    points.row(i)[2] = 0.2f * t;
  }

  const nearfold::Settings settings{.method = nearfold::UmapParams{.n_neighbors = 10}, .seed = 7};
  nearfold::Embedder run(points, settings);
  nearfold::Matrix snapshot(points.rows(), settings.dims);
  while (run.iteration() < 200) {
    run.advance(50);
    run.copy_layout(snapshot.view());
    std::printf("epoch %3d: first point at (%.3f, %.3f)\n", run.iteration(),
                static_cast<double>(snapshot.row(0)[0]), static_cast<double>(snapshot.row(0)[1]));
  }
}
