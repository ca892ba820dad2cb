#include "cli/new_rows.hpp"

#include <algorithm>
#include <utility>

#include "core/take_rows.hpp"
#include "io/io.hpp"
#include "io/sparse_file.hpp"
#include "nearfold/error.hpp"
#include "nearfold/pca.hpp"

namespace nearfold::cli {
namespace {

std::int64_t columns_taken(const Model& model) {
  const Matrix& axes = model.preparation.pca.axes;
  return axes.rows() > 0 ? axes.cols() : model.dim();
}

/// A table of rows that may be none.
bool is_empty(const std::string& path) {
  if (io::format_of_file(path) != "npy") return false;
  const io::FileInfo info = io::describe_file(path);
  return info.shape.size() == 2 && info.shape[0] == 0;
}

/// Whether sparse rows go to the model as they are, or by its axes alone.
bool takes_sparse(const Model& model) {
  const Preparation& how = model.preparation;
  return model.sparse || (how.pca.axes.rows() > 0 && how.offsets.empty() && how.means.empty() &&
                          how.spreads.empty());
}

}  // namespace

NewRows::NewRows(const std::string& path, const ReadFlags& reading, const Model& model)
    : preparation_(&model.preparation),
      stays_sparse_(model.sparse.has_value()),
      columns_(columns_taken(model)) {
  if (is_empty(path)) return;
  if (takes_sparse(model) && reading.as_is()) sparse_ = io::read_sparse(path);
  if (!sparse_) read_dense(path, reading);
  rows_ = sparse_ ? sparse_->rows : file_ ? file_->rows() : all_.rows();
  if (const std::int64_t columns = sparse_ ? sparse_->cols
                                   : file_ ? file_->cols()
                                           : all_.cols();
      columns != columns_)
    throw InvalidInput("'" + path + "' has " + std::to_string(columns) +
                       " columns, and the model takes " + std::to_string(columns_));
}

void NewRows::read_dense(const std::string& path, const ReadFlags& reading) {
  const bool fill = !preparation_->means.empty();
  const io::Shift shift{.given = true, .offsets = preparation_->offsets};
  if (reading.as_is() && !fill) file_ = io::RowFile::open(path);
  if (file_) return file_->shift_by(shift);
  io::Table table = io::read_table(
      path, {reading.array, fill ? io::Missing::nan : io::Missing::refuse, reading.table()},
      &shift);
  all_ = std::move(table.points);
  labels_ = std::move(table.labels);
  notes_ = std::move(table.notes);
}

void NewRows::read_rows(std::int64_t first, HostMatrix<float> out) {
  if (file_)
    file_->read(first, out);
  else
    std::copy_n(all_.view().row(first), out.size(), out.data());
}

PreparedRows NewRows::block(std::int64_t first, std::int64_t count, const Cpu& on) {
  if (sparse_ && stays_sparse_) return {{}, rows_of(*sparse_, first, count)};
  return {dense_block(first, count, on)};
}

Matrix NewRows::dense_block(std::int64_t first, std::int64_t count, const Cpu& on) {
  if (sparse_) return project(rows_of(*sparse_, first, count), preparation_->pca, on);
  Matrix rows(count, columns_);
  read_rows(first, rows.view());
  return prepare(*preparation_, std::move(rows), on);
}

std::string NewRows::fingerprint() {
  if (sparse_) return io::fingerprint(sparse_->view());
  constexpr std::int64_t kLooked = 64;
  Matrix some(std::min(kLooked, rows_) + 1, columns_);
  for (std::int64_t r = 0; r + 1 < some.rows(); ++r)
    read_rows(r * rows_ / (some.rows() - 1), {some.view().row(r), 1, columns_});
  return io::fingerprint(some) + " of " + std::to_string(rows_);
}

std::vector<std::string> NewRows::warnings() const {
  std::vector<std::string> said = notes_;
  if (file_) file_->warn(said);
  return said;
}

}  // namespace nearfold::cli
