// Points and labels in numpy's files: .npy holds one array, .npz several by name.
#include <string>
#include <utility>

#include "io/formats.hpp"
#include "io/npy.hpp"
#include "io/zip.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {
namespace {

/// The name that was asked for, or that of the only array.
std::string chosen(const Archive& archive, const std::string& name, const std::string& wanted) {
  const auto& names = archive.names();
  if (!wanted.empty()) return wanted;
  if (names.size() == 1) return names[0];
  if (names.empty()) throw InvalidInput("'" + name + "' has no arrays");
  throw InvalidInput("'" + name + "' has " + std::to_string(names.size()) +
                     " arrays: name the one that holds the points (" + archive.listing() + ")");
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

Labels read_npy_labels(ByteSource& source) {
  const NpyHeader header = read_npy_header(source);
  const auto& shape = header.shape;
  if (!(shape.size() == 1 || (shape.size() == 2 && shape[1] == 1)))
    source.malformed("the array has shape " + shape_text(shape) +
                     ": labels are 1-d, one integer a point");
  return {read_npy_ints(source, header, "labels"), {}};
}

Matrix read_npz(ByteSource& source, const std::string& array) {
  const Archive archive(source);
  ByteSource entry = archive.entry(chosen(archive, source.name(), array));
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
