// A FAISS that is not nearfold's: the names of the real one, as the linker sees them, other
// classes.
#pragma once

namespace faiss {

struct ClusteringParameters {};
struct Index {
  virtual ~Index();
};
struct IndexFlat : Index {};
struct IndexFlatL2 : IndexFlat {
  explicit IndexFlatL2(long dim);
  ~IndexFlatL2() override;
};
struct Clustering : ClusteringParameters {
  Clustering(int dim, int k, const ClusteringParameters& how);
  virtual void train(long n, const float* points, Index& index, const float* weights);
  virtual ~Clustering();
};

}  // namespace faiss

int calls_of_other_faiss();
