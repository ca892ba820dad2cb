// Checkpoints as .npz files that numpy opens: `layout`, for all but UMAP also `update` and `gains`,
// float32 [n, dims], for LocalMAP `further`, int32 [n, pairs], and `meta`, JSON text as uint8.
#include "io/meta_json.hpp"
#include "io/npz_array.hpp"

namespace nearfold::io {
namespace {

ZipEntry rows_entry(const std::string& name, const Matrix& rows) {
  return array_entry(name, {rows.rows(), rows.cols()}, rows.values());
}

Json checkpoint_json(const Checkpoint& checkpoint) {
  return {
      {"iteration", checkpoint.iteration},      {"early_iterations", checkpoint.early_iterations},
      {"iterations", checkpoint.iterations},    {"divergence", checkpoint.memory.divergence},
      {"steepest", checkpoint.memory.steepest}, {"init", checkpoint.init},
      {"warnings", checkpoint.warnings}};
}

int count_in(const Json& json, const char* key, const ByteSource& source) {
  if (const auto count = optional_int(json, key, source)) return *count;
  source.malformed(in_quotes(key) + " is missing");
}

std::vector<std::string> texts_in(const Json& json, const char* key, const ByteSource& source) {
  std::vector<std::string> texts;
  const auto found = json.find(key);
  if (found == json.end() || !found->is_array()) source.malformed(in_quotes(key) + " is no list");
  for (const Json& text : *found) {
    if (!text.is_string()) source.malformed(in_quotes(key) + " holds what is no text");
    texts.push_back(text.get<std::string>());
  }
  return texts;
}

/// [rows, any]; what ids they may be is for the run to check.
std::vector<std::int32_t> read_ids(const Archive& archive, const std::string& name,
                                   std::int64_t rows) {
  ByteSource entry = archive.entry(name);
  const NpyHeader header = read_npy_header(entry);
  const std::int64_t cols = header.shape.size() == 2 ? header.shape[1] : 0;
  return read_array<std::int32_t>(archive, name, {rows, cols});
}

}  // namespace

void write_checkpoint(const std::string& path, const Checkpoint& checkpoint, Overwrite overwrite) {
  std::vector<ZipEntry> entries = {json_entry(checkpoint_json(checkpoint)),
                                   rows_entry("layout", checkpoint.layout)};
  if (checkpoint.update.rows() > 0) {
    entries.push_back(rows_entry("update", checkpoint.update));
    entries.push_back(rows_entry("gains", checkpoint.gains));
  }
  if (!checkpoint.further.empty()) {
    const std::int64_t n = checkpoint.layout.rows();
    entries.push_back(array_entry("further",
                                  {n, static_cast<std::int64_t>(checkpoint.further.size()) / n},
                                  checkpoint.further));
  }
  write_zip(path, entries, overwrite);
}

Checkpoint read_checkpoint(const ByteSource& file) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int32_t>::max();
  const Archive archive(file);
  ByteSource meta = archive.entry("meta");
  const Json json = read_json(meta);
  Checkpoint checkpoint{.iteration = count_in(json, "iteration", meta),
                        .early_iterations = count_in(json, "early_iterations", meta),
                        .iterations = count_in(json, "iterations", meta),
                        .memory = {required<double>(json, "divergence", meta),
                                   required<double>(json, "steepest", meta)},
                        .init = required<std::string>(json, "init", meta),
                        .warnings = texts_in(json, "warnings", meta)};
  const std::int64_t rows = rows_in(archive, "layout", 1, kMax);
  ByteSource layout = archive.entry("layout");
  const NpyHeader header = read_npy_header(layout);
  const std::int64_t cols = header.shape.size() == 2 ? header.shape[1] : 0;
  checkpoint.layout = read_floats_2d(archive, "layout", rows, cols);
  if (archive.has("update")) {
    checkpoint.update = read_floats_2d(archive, "update", rows, cols);
    checkpoint.gains = read_floats_2d(archive, "gains", rows, cols);
  }
  if (archive.has("further")) checkpoint.further = read_ids(archive, "further", rows);
  return checkpoint;
}

Checkpoint read_checkpoint(const std::string& path) {
  return read_checkpoint(ByteSource::file(path));
}

}  // namespace nearfold::io
