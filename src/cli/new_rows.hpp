// The rows of a file as a model's points were made, block by block.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/inputs.hpp"
#include "io/row_file.hpp"
#include "nearfold/model.hpp"

namespace nearfold::cli {

/// Rows as a model's points were made: sparse or dense.
struct PreparedRows {
  Matrix dense = {};
  std::optional<SparseMatrix> sparse = {};

  std::int64_t rows() const { return sparse ? sparse->rows : dense.rows(); }
  /// use(rows), of either kind.
  template <class Use>
  auto use(const Use& used) const {
    return sparse ? used(sparse->view()) : used(dense.view());
  }
};

class NewRows {
 public:
  /// Opens a file whose rows lie one after the other; reads all of any other. Sparse files stay
  /// sparse for a model of sparse points, and for one that projects them. Throws InvalidInput for
  /// another number of columns than the model takes.
  NewRows(const std::string& path, const ReadFlags& reading, const Model& model);

  std::int64_t rows() const { return rows_; }
  std::int64_t columns() const { return columns_; }
  /// What stands beside them in a table.
  const io::Labels& labels() const { return labels_; }
  /// Rows [first, first + count), prepared.
  PreparedRows block(std::int64_t first, std::int64_t count, const Cpu& on);
  /// The same for those who take dense rows alone; the model's points are dense.
  Matrix dense_block(std::int64_t first, std::int64_t count, const Cpu& on);
  /// Tells these rows from others: by their shape, and some of them.
  std::string fingerprint();
  /// What was recognised or rounded on the way.
  std::vector<std::string> warnings() const;

 private:
  void read_dense(const std::string& path, const ReadFlags& reading);
  void read_rows(std::int64_t first, HostMatrix<float> out);

  const Preparation* preparation_;
  bool stays_sparse_;
  std::optional<SparseMatrix> sparse_;  // the file, where it is that
  std::optional<io::RowFile> file_;
  Matrix all_;  // where there is no such file
  io::Labels labels_;
  std::int64_t rows_ = 0, columns_;
  std::vector<std::string> notes_;
};

}  // namespace nearfold::cli
