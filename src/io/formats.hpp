// The readers that the format table (formats.cpp) lists. Each takes a source at its beginning and
// throws InvalidInput for whatever is not the format it reads; that is all a fuzzer needs.
#pragma once

#include <string>

#include "io/io.hpp"
#include "io/source.hpp"

namespace nearfold::io {

// .npy: 2-d arrays of points; labels are 1-d, or one column.
Matrix read_npy(ByteSource& source);
Matrix read_npy_column(ByteSource& source);  // a 1-d array is one column
FileInfo describe_npy(ByteSource& source);
Labels read_npy_labels(ByteSource& source);

// .npz: the array of that name, or the only one when the name is empty.
Matrix read_npz(ByteSource& source, const std::string& array = "");
FileInfo describe_npz(ByteSource& source);

// Text: a table of numbers (see table.hpp), with no options; or one label a line, or one column.
Matrix read_csv(ByteSource& source);
FileInfo describe_csv(ByteSource& source);
Labels read_text_labels(ByteSource& source);
Labels read_column_labels(ByteSource& source, const std::string& column);

// IDX, plain or gzipped: images become rows; labels are 1-d.
Matrix read_idx(ByteSource& source);
FileInfo describe_idx(ByteSource& source);
Labels read_idx_labels(ByteSource& source);

// Every row begins with its length (int32): .fvecs float32, .bvecs uint8, .ivecs int32.
Matrix read_fvecs(ByteSource& source);
Matrix read_bvecs(ByteSource& source);
Matrix read_ivecs(ByteSource& source);
FileInfo describe_fvecs(ByteSource& source);
FileInfo describe_bvecs(ByteSource& source);
FileInfo describe_ivecs(ByteSource& source);

// The file begins with rows and columns (uint32): .fbin float32, .u8bin uint8, .i8bin int8.
Matrix read_fbin(ByteSource& source);
Matrix read_u8bin(ByteSource& source);
Matrix read_i8bin(ByteSource& source);
FileInfo describe_fbin(ByteSource& source);
FileInfo describe_u8bin(ByteSource& source);
FileInfo describe_i8bin(ByteSource& source);

// Matrix Market text, dense; sparse ones as long as they are small dense.
Matrix read_matrix_market(ByteSource& source);

/// Whole numbers of what was read; `file` is named in errors.
Integers integers_of(const Matrix& matrix, const std::string& file);
Integers integers_of(const std::vector<TextColumn>& columns, const std::string& file);
Integers read_npy_integers(ByteSource& source);
FileInfo describe_matrix_market(ByteSource& source);

// HDF5: the dataset of that name or, when it is empty, X or the only one of two dimensions. The
// file is opened by the source's name, by libhdf5. Without that there are no such readers.
bool reads_hdf5();
Matrix read_hdf5(ByteSource& source, const std::string& dataset);
FileInfo describe_hdf5(ByteSource& source);

/// The graph of an .npz, see read_graph() in io.hpp.
KnnGraph read_graph(const ByteSource& source, GraphMeta* meta, int ids_from = 0);

/// The checkpoint of an .npz, see read_checkpoint() in io.hpp.
Checkpoint read_checkpoint(const ByteSource& source);

/// The index of these points in an .npz, see read_index() in io.hpp.
KnnIndex read_index(const ByteSource& source, const StoredView& points,
                    std::span<const double> offsets = {});

/// The model of an .npz, see read_model() in io.hpp.
Model read_model(const ByteSource& source);

}  // namespace nearfold::io
