#include "other_faiss.hpp"

namespace {
int calls = 0;
}

namespace faiss {

Index::~Index() = default;
IndexFlatL2::IndexFlatL2(long) {
  ++calls;
}
IndexFlatL2::~IndexFlatL2() = default;
Clustering::Clustering(int, int, const ClusteringParameters&) {
  ++calls;
}
void Clustering::train(long, const float*, Index&, const float*) {
  ++calls;
}
Clustering::~Clustering() = default;

}  // namespace faiss

int calls_of_other_faiss() {
  return calls;
}
