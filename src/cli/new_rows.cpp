#include "cli/new_rows.hpp"

#include <algorithm>
#include <utility>

#include "io/io.hpp"
#include "nearfold/error.hpp"

namespace nearfold::cli {
namespace {

std::int64_t columns_taken(const Model& model) {
  const Matrix& axes = model.preparation.pca.axes;
  return axes.rows() > 0 ? axes.cols() : model.points.cols();
}

/// A table of rows that may be none.
bool is_empty(const std::string& path) {
  if (io::format_of_file(path) != "npy") return false;
  const io::FileInfo info = io::describe_file(path);
  return info.shape.size() == 2 && info.shape[0] == 0;
}

}  // namespace

NewRows::NewRows(const std::string& path, const ReadFlags& reading, const Model& model)
    : preparation_(&model.preparation), columns_(columns_taken(model)) {
  if (is_empty(path)) return;
  const bool fill = !preparation_->means.empty();
  const io::Shift shift{.given = true, .offsets = preparation_->offsets};
  if (reading.as_is() && !fill) file_ = io::RowFile::open(path);
  if (file_) file_->shift_by(shift);
  if (!file_) {
    io::Table table = io::read_table(
        path, {reading.array, fill ? io::Missing::nan : io::Missing::refuse, reading.table()},
        &shift);
    all_ = std::move(table.points);
    labels_ = std::move(table.labels);
    notes_ = std::move(table.notes);
  }
  rows_ = file_ ? file_->rows() : all_.rows();
  if (const std::int64_t columns = file_ ? file_->cols() : all_.cols(); columns != columns_)
    throw InvalidInput("'" + path + "' has " + std::to_string(columns) +
                       " columns, and the model takes " + std::to_string(columns_));
}

Matrix NewRows::block(std::int64_t first, std::int64_t count, const Cpu& on) {
  Matrix rows(count, columns_);
  if (file_)
    file_->read(first, rows.view());
  else
    std::copy_n(all_.view().row(first), rows.size(), rows.data());
  return prepare(*preparation_, std::move(rows), on);
}

std::string NewRows::fingerprint() {
  constexpr std::int64_t kLooked = 64;
  Matrix some(std::min(kLooked, rows_) + 1, columns_);
  for (std::int64_t r = 0; r + 1 < some.rows(); ++r) {
    const std::int64_t from = r * rows_ / (some.rows() - 1);
    if (file_)
      file_->read(from, {some.view().row(r), 1, columns_});
    else
      std::copy_n(all_.view().row(from), columns_, some.view().row(r));
  }
  return io::fingerprint(some) + " of " + std::to_string(rows_);
}

std::vector<std::string> NewRows::warnings() const {
  std::vector<std::string> said = notes_;
  if (file_) file_->warn(said);
  return said;
}

}  // namespace nearfold::cli
