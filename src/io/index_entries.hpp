// An index as a part of a file: its own (index_file.cpp), or that of a model (model_file.cpp).
#pragma once

#include <string>
#include <vector>

#include "io/zip.hpp"
#include "knn/projected_rows.hpp"
#include "nearfold/knn.hpp"

namespace nearfold::io {

/// Of a projection that is searched by: they point into it.
std::vector<ZipEntry> projection_entries(const Projection& projection);
/// That of points of so many columns, or one more, as a metric has them.
Projection read_projection(const Archive& archive, std::int64_t columns);
/// Of rows, the point of each: every one of n is there once.
std::vector<std::int32_t> read_ids(const Archive& archive, std::int64_t n);

/// They point into `index`.
std::vector<ZipEntry> index_entries(const KnnIndex& index, const StoredView& points);

/// `file` is named in errors.
KnnIndex read_index(const Archive& archive, const std::string& file, const StoredView& points);

}  // namespace nearfold::io
