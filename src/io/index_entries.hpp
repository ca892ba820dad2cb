// An index as a part of a file: its own (index_file.cpp), or that of a model (model_file.cpp).
#pragma once

#include <string>
#include <vector>

#include "io/zip.hpp"
#include "nearfold/knn.hpp"

namespace nearfold::io {

/// They point into `index`.
std::vector<ZipEntry> index_entries(const KnnIndex& index, HostMatrix<const float> points);

/// `file` is named in errors.
KnnIndex read_index(const Archive& archive, const std::string& file,
                    HostMatrix<const float> points);

}  // namespace nearfold::io
