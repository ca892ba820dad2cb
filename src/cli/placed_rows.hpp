// Where placed rows go: block by block to their files and, where a run is to be resumable, to a
// folder first.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/checkpoint_folder.hpp"
#include "io/row_output.hpp"
#include "nearfold/model.hpp"

namespace nearfold::cli {

/// The rows that a run has placed so far, in a folder: map.f32 and remoteness.f32, raw, of which
/// what a killed run has left unfinished is cut off.
class KeptRows {
 public:
  KeptRows(const std::string& path, const nlohmann::ordered_json& made_from, bool resume,
           io::Overwrite overwrite, const std::string& fingerprint, std::int64_t dims);
  /// Rows that are there.
  std::int64_t rows() const { return rows_; }
  Transformed read(std::int64_t first, std::int64_t count) const;
  void append(const Transformed& block);
  void remove();

 private:
  std::string file(const char* name) const { return path_ + "/" + name; }
  void append(const char* name, std::span<const float> values) const;

  CheckpointFolder folder_;
  std::string path_;
  std::int64_t dims_, rows_ = 0;
};

/// The map and, where asked for, the remoteness of all rows.
class PlacedRows {
 public:
  PlacedRows(const std::string& map, const std::string& remoteness, std::int64_t rows,
             std::int64_t dims, io::Overwrite overwrite);
  void write(const Transformed& block);
  void commit();

 private:
  io::RowWriter map_;
  std::optional<io::RowWriter> remoteness_;
};

}  // namespace nearfold::cli
