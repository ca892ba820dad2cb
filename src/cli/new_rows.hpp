// The rows of a file as a model's points were made, block by block.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/inputs.hpp"
#include "io/row_file.hpp"
#include "nearfold/model.hpp"

namespace nearfold::cli {

class NewRows {
 public:
  /// Opens a file whose rows lie one after the other; reads all of any other. Throws InvalidInput
  /// for another number of columns than the model takes.
  NewRows(const std::string& path, const ReadFlags& reading, const Model& model);

  std::int64_t rows() const { return rows_; }
  std::int64_t columns() const { return columns_; }
  /// What stands beside them in a table.
  const io::Labels& labels() const { return labels_; }
  /// Rows [first, first + count), prepared.
  Matrix block(std::int64_t first, std::int64_t count, const Cpu& on);
  /// Tells these rows from others: by their shape, and some of them.
  std::string fingerprint();
  /// What was recognised or rounded on the way.
  std::vector<std::string> warnings() const;

 private:
  const Preparation* preparation_;
  std::optional<io::RowFile> file_;
  Matrix all_;  // where there is no such file
  io::Labels labels_;
  std::int64_t rows_ = 0, columns_;
  std::vector<std::string> notes_;
};

}  // namespace nearfold::cli
