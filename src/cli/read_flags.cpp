#include "cli/read_flags.hpp"

#include <filesystem>
#include <utility>

#include "cli/flags.hpp"
#include "knn/metric_table.hpp"
#include "model/prepare.hpp"
#include "nearfold/error.hpp"

namespace nearfold::cli {
namespace {

constexpr const char* kGroup = "Tables (.csv .tsv .txt, .gz too)";

Flag names(CLI::App& app, const std::string& flag, std::vector<std::string>& target,
           const std::string& help) {
  return texts(app, flag, target, help)
      ->allow_extra_args(false)
      ->type_name("NAME,...")
      ->group(kGroup);
}

io::Header header_named(const std::string& word) {
  if (word == "yes") return io::Header::yes;
  return word == "no" ? io::Header::no : io::Header::automatic;
}

/// A word that may be meant for a column is no file.
void require_file(const std::string& path, const std::string& flag, const std::string& of_column) {
  if (path == "-" || path.find_first_of("./") != std::string::npos) return;
  if (std::filesystem::exists(path)) return;
  throw InvalidParameter(flag + " is a file, and there is no file '" + path +
                         "'; a column is named with " + of_column + " " + path);
}

io::Scaling scaling_named(const std::string& word) {
  if (word == "standard") return io::Scaling::standard;
  return word == "robust" ? io::Scaling::robust : io::Scaling::none;
}

}  // namespace

void ReadFlags::add_values(CLI::App& app) {
  text(app, "--array,--dataset", array,
       "The array of an .npz, or the dataset of HDF5 (X unless given), that holds the points");
  choice(
      app, "--missing", missing, {"error", "mean"},
      "Missing values (nan; in text also NA, ? or an empty field): stop with an error, or fill in "
      "the mean of the column. Rows are never dropped, since labels and graphs go by row");
}

void ReadFlags::add_table(CLI::App& app, bool with_columns) {
  choice(app, "--header", header, {"auto", "yes", "no"}, "Whether the first line names the columns")
      ->group(kGroup);
  if (with_columns)
    names(app, "--columns", columns,
          "Use these columns alone, by name or number (from 0), as in 0-3,7");
  names(app, "--drop", drop, "Leave these columns out");
  if (with_columns)
    names(app, "--one-hot", one_hot, "Make a column of 0 and 1 of each distinct text in these");
}

void ReadFlags::add_label_column(CLI::App& app) {
  text(app, "--label-column", label_column,
       "The column of the labels, in the file of --labels or else among the points")
      ->type_name("NAME")
      ->group(kGroup);
}

void ReadFlags::add_reading(CLI::App& app) {
  add_values(app);
  take_words(flag(app, "--standardize{standard}", standardize,
                  "Scale every column to mean 0 and standard deviation 1; =robust: median 0 "
                  "and interquartile range 1"),
             {"standard", "robust", "no"})
      ->default_str("no");
  add_table(app);
}

void ReadFlags::add_labels(CLI::App& app) {
  file_path(app, "--labels", labels,
            "One label per point: .npy, IDX, text, or a column of a table");
}

void ReadFlags::add_colors(CLI::App& app) {
  file_path(app, "--values", values, "One number per point, which is its colour on a scale")
      ->group("Picture");
  text(app, "--value-column", value_column,
       "The column of the values, in the file of --values or else among the points")
      ->type_name("NAME")
      ->group(kGroup);
}

io::TableOptions ReadFlags::table() const {
  return {.header = header_named(header),
          .columns = columns,
          .drop = drop,
          .one_hot = one_hot,
          .label_column = labels.empty() ? label_column : "",
          .value_column = values.empty() ? value_column : ""};
}

bool ReadFlags::as_is() const {
  return missing == "error" && array.empty() && standardize == "no" &&
         io::flags_of(table()).empty();
}

io::Table ReadFlags::read(const std::string& path, Metric metric,
                          std::vector<std::string>& warnings, Preparation* done) const {
  Preparation unasked;
  Preparation& how = done == nullptr ? unasked : *done;
  const bool fill = missing == "mean", scaled = standardize != "no";
  const io::Shift chosen;
  io::Table found =
      io::read_table(path, {array, fill ? io::Missing::nan : io::Missing::refuse, table()},
                     sees_shift(metric) && !scaled ? nullptr : &chosen);  // scales have a centre
  warnings.insert(warnings.end(), found.notes.begin(), found.notes.end());
  if (fill) how.means = io::column_means(found.points);
  const std::int64_t filled = fill ? replace_missing(found.points, how.means) : 0;
  if (filled > 0)
    warnings.push_back(std::to_string(filled) +
                       " missing values are now the means of their columns");
  io::Scales scales = io::scales_of(found.points, scaling_named(standardize));
  if (scaled) scale_columns(found.points, scales.centers, scales.spreads);
  how.centers = std::move(scales.centers);
  how.spreads = std::move(scales.spreads);
  how.offsets = found.offsets;
  if (scaled) found.offsets.clear();
  return found;
}

io::Labels ReadFlags::read_labels(io::Labels beside, std::int64_t n, const std::string& path,
                                  std::vector<std::string>& warnings) const {
  const bool from_file = !labels.empty();
  if (from_file) require_file(labels, "--labels", "--label-column");
  io::Labels found = from_file ? io::read_labels(labels, label_column) : std::move(beside);
  if (from_file || !found.ids.empty())
    io::fit_labels(found, n, from_file ? labels : path, warnings);
  return found;
}

std::vector<float> ReadFlags::read_values(std::int64_t n, const std::string& path) const {
  if (!has_values()) return {};
  if (!values.empty()) require_file(values, "--values", "--value-column");
  const std::string& file = values.empty() ? path : values;
  std::vector<float> found = io::read_values(file, value_column);
  if (std::ssize(found) != n)
    throw InvalidInput("'" + file + "' has " + std::to_string(found.size()) + " values for " +
                       std::to_string(n) + " points; one a point is needed");
  return found;
}

}  // namespace nearfold::cli
