// Points and labels in numpy's files: .npy holds one array, .npz several by name.
#include <algorithm>
#include <string>
#include <utility>

#include "io/formats.hpp"
#include "io/npy.hpp"
#include "io/zip.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {
namespace {

/// "'x' (300, 5), 'y' (300,)"; of an array that is not plain numbers the name alone.
std::string shapes(const Archive& archive) {
  constexpr std::size_t kMax = 20;
  std::string all;
  for (std::size_t i = 0; i < std::min(archive.names().size(), kMax); ++i) {
    const std::string& name = archive.names()[i];
    all += (i > 0 ? ", " : "") + in_quotes(name);
    try {
      ByteSource entry = archive.entry(name);
      all += " " + shape_text(read_npy_header(entry).shape);
    } catch (const InvalidInput&) {
      continue;  // its fault is reported when it is asked for
    }
  }
  return all + (archive.names().size() > kMax ? ", ..." : "");
}

/// What scipy.sparse.save_npz wrote has arrays, but none of points.
void refuse_sparse(const Archive& archive, const std::string& file) {
  if (archive.has("format") && archive.has("shape") && archive.has("data"))
    throw InvalidInput(
        "'" + file +
        "' is a sparse matrix of scipy's, which embed, grid, compare, knn and quality read, "
        "without flags of "
        "columns; other points are dense: numpy.save('points.npy', scipy.sparse.load_npz('" +
        file +
        "').toarray()) writes it so, sklearn.decomposition.TruncatedSVD(50) with "
        "fewer columns");
}

/// The name that was asked for, or that of the only array.
std::string chosen(const Archive& archive, const std::string& name, const std::string& wanted) {
  const auto& names = archive.names();
  if (!wanted.empty()) return wanted;
  if (names.size() == 1) return names[0];
  if (names.empty()) throw InvalidInput("'" + name + "' has no arrays");
  throw InvalidParameter("'" + name + "' has " + std::to_string(names.size()) + " arrays, " +
                         shapes(archive) + ": name the one that holds the points (--array " +
                         in_quotes(names[0]) + ")");
}

}  // namespace

Matrix read_npy(ByteSource& source) {
  return read_npy_values(source, read_npy_header(source));
}

Matrix read_npy_column(ByteSource& source) {
  NpyHeader header = read_npy_header(source);
  if (header.shape.size() == 1) header.shape.push_back(1);
  return read_npy_values(source, header);
}

FileInfo describe_npy(ByteSource& source) {
  NpyHeader header = read_npy_header(source);
  return {"npy", header.type.name(), std::move(header.shape), source.size(), {}};
}

Matrix read_npz(ByteSource& source, const std::string& array) {
  const Archive archive(source);
  refuse_sparse(archive, source.name());
  ByteSource entry = archive.entry(chosen(archive, source.name(), array));
  entry.share_rounding(source);
  return read_npy(entry);
}

FileInfo describe_npz(ByteSource& source) {
  const Archive archive(source);
  if (archive.names().empty()) throw InvalidInput("'" + source.name() + "' has no arrays");
  ByteSource first = archive.entry(archive.names()[0]);
  FileInfo info = describe_npy(first);
  info.arrays = archive.names();
  return info;
}

}  // namespace nearfold::io
