// Graphs as the sparse matrix of scikit-learn's KNeighborsTransformer, in the file that
// scipy.sparse.save_npz writes: row i has its entries in [indptr[i], indptr[i+1]), the distances in
// `data` and the ids in `indices`, sorted by distance, the point itself an explicit zero.
#include <array>
#include <bit>
#include <cstring>
#include <limits>

#include "io/graph_table.hpp"

namespace nearfold::io {

std::string scalar_text(ByteSource source) {
  constexpr std::int64_t kMax = 1024;
  if (source.size() > kMax) source.malformed("it is no short text");
  std::array<std::byte, 8> magic_and_version{};
  source.read(magic_and_version);
  std::string header(source.read_little<std::uint16_t>(), '\0');
  if (std::ssize(header) > source.remaining()) source.malformed("the NPY header is cut off");
  source.read(std::as_writable_bytes(std::span(header)));
  std::string text(static_cast<std::size_t>(source.remaining()), '\0');
  source.read(std::as_writable_bytes(std::span(text)));
  source.finish();
  std::erase(text, '\0');
  return text;
}

NpyHeader flat_header(ByteSource& entry) {
  NpyHeader header = read_npy_header(entry);
  if (header.shape.size() != 1)
    entry.malformed("the array has shape " + shape_text(header.shape) +
                    ": the arrays of a CSR matrix are 1-d");
  return header;
}

std::vector<std::int64_t> read_sizes(ByteSource entry, const std::string& what) {
  const NpyHeader header = flat_header(entry);
  const bool wide = header.type.is_integer() && header.type.bytes == 8 && !header.type.big_endian;
  if (!wide) {
    const std::vector<std::int32_t> values = read_npy_ints(entry, header, what);
    return {values.begin(), values.end()};
  }
  std::vector<std::int64_t> values(static_cast<std::size_t>(header.shape[0]));
  entry.read(std::as_writable_bytes(std::span(values)));
  entry.finish();
  return values;
}

namespace {

constexpr std::string_view kCsr = "csr";

/// The length of every row, from the place where each begins.
std::int64_t row_length(const std::vector<std::int64_t>& starts, std::int64_t n, std::int64_t count,
                        const ByteSource& source) {
  const auto bad = [&](const std::string& what) { source.malformed("indptr " + what); };
  if (std::ssize(starts) != n + 1)
    bad("has " + std::to_string(starts.size()) + " values: " + std::to_string(n) +
        " rows need one more than that");
  if (starts.front() != 0) bad("begins with " + std::to_string(starts.front()) + ", not 0");
  if (starts.back() != count)
    bad("ends with " + std::to_string(starts.back()) + ": there are " + std::to_string(count) +
        " entries");
  std::int64_t longest = 0;
  for (std::size_t i = 0; i + 1 < starts.size(); ++i) {
    if (starts[i + 1] < starts[i] || starts[i + 1] > count)
      bad("goes from " + std::to_string(starts[i]) + " to " + std::to_string(starts[i + 1]) +
          " in row " + std::to_string(i) + " of " + std::to_string(count) + " entries");
    longest = std::max(longest, starts[i + 1] - starts[i]);
  }
  for (std::size_t i = 0; i + 1 < starts.size(); ++i)
    if (const std::int64_t length = starts[i + 1] - starts[i]; length < longest)
      source.malformed("row " + std::to_string(i) + " has " + std::to_string(length) +
                       " entries and the longest row " + std::to_string(longest) +
                       ": all rows need equally many; make them by number, not by radius, and keep "
                       "explicit zeros");
  return longest;
}

std::vector<float> read_distances(ByteSource& data, const DType& type, std::int64_t n,
                                  std::int64_t k) {
  std::vector<float> values(static_cast<std::size_t>(n * k));
  if (const auto unfit = read_floats(data, type, values)) throw_unfit(data, *unfit / k, *unfit % k);
  data.finish();
  return values;
}

}  // namespace

bool holds_sparse_matrix(const Archive& archive) {
  return archive.has("format") || archive.has("indptr");
}

GraphTable read_csr(const Archive& archive) {
  const ByteSource format = archive.entry("format");
  if (const std::string name = scalar_text(format); name != kCsr)
    format.malformed("the sparse matrix has format " + in_quotes(name) +
                     ": save it as CSR, with matrix.tocsr()");
  const ByteSource shape_entry = archive.entry("shape");
  const std::vector<std::int64_t> shape = read_sizes(shape_entry, "shape");
  if (shape.size() != 2 || shape[0] != shape[1] || shape[0] < 1 ||
      shape[0] > std::numeric_limits<std::int32_t>::max())
    shape_entry.malformed("the sparse matrix has shape " + shape_text(shape) +
                          ": a graph is square, a row and a column a point");

  ByteSource ids = archive.entry("indices"), data = archive.entry("data");
  const NpyHeader of_ids = flat_header(ids), of_data = flat_header(data);
  const std::int64_t count = of_ids.shape[0];
  if (of_data.shape[0] != count)
    data.malformed("data has " + std::to_string(of_data.shape[0]) + " values, indices have " +
                   std::to_string(count));
  const ByteSource starts = archive.entry("indptr");

  GraphTable table;
  table.n = shape[0];
  table.k = row_length(read_sizes(starts, "indptr"), table.n, count, starts);
  table.ids = read_npy_ints(ids, of_ids, "indices");
  table.distances = read_distances(data, of_data.type, table.n, table.k);
  return table;
}

std::string csr_row_starts(std::int64_t n, std::int64_t k) {
  const std::int64_t shape[] = {n + 1};
  const auto values = [&]<class Int>(const std::string& descr, Int) {
    std::vector<Int> starts(static_cast<std::size_t>(n + 1));
    for (std::int64_t i = 0; i <= n; ++i)
      starts[static_cast<std::size_t>(i)] = static_cast<Int>(i * k);
    std::string bytes(starts.size() * sizeof(Int), '\0');
    std::memcpy(bytes.data(), starts.data(), bytes.size());
    return npy_header(descr, shape) + bytes;
  };
  const bool narrow = n * k <= std::numeric_limits<std::int32_t>::max();
  return narrow ? values("<i4", std::int32_t{}) : values("<i8", std::int64_t{});
}

std::vector<ZipEntry> csr_entries(std::int64_t n, std::int64_t k, std::span<const std::int32_t> ids,
                                  std::span<const float> distances) {
  const std::int64_t count[] = {n * k}, two[] = {2};
  const std::array<std::int64_t, 2> shape = {n, n};
  const auto shape_bytes = std::bit_cast<std::array<char, sizeof shape>>(shape);
  return {{"indices.npy", npy_header("<i4", count), std::as_bytes(ids)},
          {"indptr.npy", csr_row_starts(n, k), {}},
          {"format.npy", npy_header("|S3", {}) + std::string(kCsr), {}},
          {"shape.npy",
           npy_header("<i8", two) + std::string(shape_bytes.data(), shape_bytes.size()),
           {}},
          {"data.npy", npy_header("<f4", count), std::as_bytes(distances)}};
}

}  // namespace nearfold::io
