// A program with a FAISS of its own and nearfold's shared library, in one process: neither calls
// the other's. Also, what nearfold throws is caught here by its type.
#include <cstdint>
#include <cstdio>

#include "nearfold/nearfold.hpp"
#include "other_faiss.hpp"

namespace {

int fail(const char* what) {
  std::puts(what);
  return 1;
}

void use_other_faiss() {
  faiss::IndexFlatL2 index(8);
  faiss::Clustering clustering(8, 2, {});
  clustering.train(0, nullptr, index, nullptr);
}

}  // namespace

int main() {
  use_other_faiss();
  if (calls_of_other_faiss() != 3)
    return fail("the host's calls went to another FAISS than its own");

  nearfold::Matrix points(2000, 8);
  std::uint32_t bits = 1;
  for (std::int64_t i = 0; i < points.view().size(); ++i) {
    bits = bits * 1664525u + 1013904223u;
    points.row(0)[i] = static_cast<float>(bits >> 8) / 16777216.0f;
  }
  // Cells by FAISS's k-means.
  const nearfold::KnnGraph graph =
      nearfold::find_neighbors(points, 10, nearfold::IvfKnn{}, nearfold::Cpu{}, 42);
  if (calls_of_other_faiss() != 3) return fail("nearfold called the host's FAISS");
  if (!graph.recall || graph.recall->mean < 0.9) return fail("nearfold's FAISS does not work");

  use_other_faiss();
  if (calls_of_other_faiss() != 6) return fail("the host's FAISS does not work any more");

  try {
    nearfold::validate({.dims = 101});
  } catch (const nearfold::InvalidParameter&) {
    std::puts("both work");
    return 0;
  }
  return fail("no InvalidParameter");
}
