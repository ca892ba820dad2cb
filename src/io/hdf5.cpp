// Dense arrays of HDF5 files (.h5, .h5ad) through libhdf5, which does the parsing: what follows
// links out of the file, or needs a plugin, is refused before anything of it is read.
#include <hdf5.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "io/formats.hpp"
#include "io/rounding.hpp"
#include "io/values.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {
namespace {

/// An object of the library, closed with this.
class Id {
 public:
  Id(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  ~Id() {
    if (id_ >= 0) close_(id_);
  }
  Id(Id&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Id(const Id&) = delete;
  Id& operator=(const Id&) = delete;
  Id& operator=(Id&&) = delete;

  operator hid_t() const { return id_; }  // NOLINT(google-explicit-constructor)

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

constexpr std::int64_t kMaxChunk = std::int64_t{256} << 20;

class Hdf5File {
 public:
  explicit Hdf5File(ByteSource& source)
      : source_(source), silent_(quiet()), file_(open(source), H5Fclose) {
    if (file_ < 0) fail("libhdf5 cannot read it: is it cut off, or being written?");
  }

  /// The dataset that was asked for, else X, else the only one of two dimensions.
  std::string chosen(const std::string& wanted) const {
    if (!wanted.empty()) return wanted;
    const std::vector<std::string> all = tables();
    if (std::find(all.begin(), all.end(), "X") != all.end() || holds_group("X")) return "X";
    if (all.size() == 1) return all[0];
    if (all.empty())
      fail("there is no 2-d array of numbers beside its groups: name one (--dataset)");
    std::string list;
    for (std::size_t i = 0; i < std::min<std::size_t>(all.size(), 20); ++i)
      list += (i > 0 ? ", " : "") + in_quotes(all[i]);
    throw InvalidParameter("'" + source_.name() + "' has " + std::to_string(all.size()) +
                           " arrays, " + list + ": name the one that holds the points (--dataset " +
                           in_quotes(all[0]) + ")");
  }

  FileInfo describe(const std::string& name) const {
    const Table table = open_table(name);
    return {"", table.type.name(), {table.rows, table.cols}, source_.size(), {}};
  }

  Matrix read(const std::string& name) {
    const Table table = open_table(name);
    Matrix matrix(table.rows, table.cols);
    const auto pass = [&] {
      source_.rounding().begin(table.rows, table.cols);
      if (table.type.is_integer())
        table.type.kind == 'i' ? read_as<std::int64_t>(table, H5T_NATIVE_INT64, matrix)
                               : read_as<std::uint64_t>(table, H5T_NATIVE_UINT64, matrix);
      else
        table.type.bytes == 8 ? read_as<double>(table, H5T_NATIVE_DOUBLE, matrix)
                              : read_as<float>(table, H5T_NATIVE_FLOAT, matrix);
    };
    pass();
    if (source_.rounding().choose_offsets()) pass();
    source_.rounding().require_normal(source_.name());
    return matrix;
  }

 private:
  struct Table {
    Id dataset;
    DType type;
    std::int64_t rows = 0, cols = 0, rows_at_once = 1;
  };

  [[noreturn]] void fail(const std::string& what) const {
    throw InvalidInput("'" + source_.name() + "' (HDF5): " + what);
  }

  static bool quiet() {
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    H5PLset_loading_state(0);  // no code from elsewhere
    return true;
  }
  static hid_t open(const ByteSource& source) {
    if (source.is_standard_input())
      throw InvalidInput("standard input is HDF5, which is read from files: give the name of one");
    return H5Fopen(source.name().c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  }

  /// Whether a link is there, and leads to an object of this file.
  bool is_hard_link(const std::string& path) const {
    H5L_info_t info;
    return H5Lexists(file_, path.c_str(), H5P_DEFAULT) > 0 &&
           H5Lget_info(file_, path.c_str(), &info, H5P_DEFAULT) >= 0 && info.type == H5L_TYPE_HARD;
  }
  H5I_type_t kind_of(const std::string& path) const {
    const Id object(H5Oopen(file_, path.c_str(), H5P_DEFAULT), H5Oclose);
    return object < 0 ? H5I_BADID : H5Iget_type(object);
  }
  bool holds_group(const std::string& name) const {
    return is_hard_link(name) && kind_of(name) == H5I_GROUP;
  }

  /// Datasets of two dimensions at the top.
  std::vector<std::string> tables() const {
    constexpr hsize_t kMax = 1000;
    H5G_info_t group;
    if (H5Gget_info(file_, &group) < 0) fail("its root group cannot be read");
    std::vector<std::string> names;
    for (hsize_t i = 0; i < std::min(group.nlinks, kMax); ++i) {
      std::array<char, 256> name{};
      if (H5Lget_name_by_idx(file_, ".", H5_INDEX_NAME, H5_ITER_INC, i, name.data(), name.size(),
                             H5P_DEFAULT) < 0)
        continue;
      if (!is_hard_link(name.data()) || kind_of(name.data()) != H5I_DATASET) continue;
      const Id dataset(H5Dopen2(file_, name.data(), H5P_DEFAULT), H5Dclose);
      const Id space(H5Dget_space(dataset), H5Sclose);
      if (H5Sget_simple_extent_ndims(space) == 2) names.emplace_back(name.data());
    }
    return names;
  }

  /// Every link on the way leads to an object of this file.
  void require_inside(const std::string& name) const {
    for (std::size_t end = 0; end != std::string::npos;) {
      end = name.find('/', end + 1);
      const std::string path = name.substr(0, end);
      if (!is_hard_link(path))
        fail("there is no " + in_quotes(path) + " in it, or it is a link to elsewhere");
    }
  }

  DType type_of(hid_t dataset) const {
    const Id type(H5Dget_type(dataset), H5Tclose);
    const H5T_class_t kind = H5Tget_class(type);
    const auto bytes = static_cast<int>(H5Tget_size(type));
    const DType found{kind == H5T_FLOAT ? 'f' : H5Tget_sign(type) == H5T_SGN_2 ? 'i' : 'u', bytes};
    if ((kind != H5T_FLOAT && kind != H5T_INTEGER) || !is_supported(found))
      fail("the array holds no plain numbers: save float32 or integers");
    return found;
  }

  /// What would be read from other files, or by code that is not here.
  void require_plain_storage(hid_t plan) const {
    if (H5Pget_layout(plan) == H5D_VIRTUAL || H5Pget_external_count(plan) > 0)
      fail("the array's values are in other files: copy them into one, with h5repack");
    for (int i = 0; i < H5Pget_nfilters(plan); ++i) {
      unsigned flags = 0;
      std::size_t values = 0;
      const H5Z_filter_t filter = H5Pget_filter2(plan, static_cast<unsigned>(i), &flags, &values,
                                                 nullptr, 0, nullptr, nullptr);
      if (filter > H5Z_FILTER_SCALEOFFSET || H5Zfilter_avail(filter) <= 0)
        fail("the array is compressed by filter " + std::to_string(filter) +
             ", which needs a plugin: repack it, with h5repack -f GZIP=4");
    }
  }

  /// Rows that are read at once: whole chunks, some megabytes.
  std::int64_t rows_at_once(hid_t plan, const Table& table) const {
    constexpr std::int64_t kValues = std::int64_t{1} << 21;
    const std::int64_t wanted = std::max<std::int64_t>(1, kValues / table.cols);
    if (H5Pget_layout(plan) != H5D_CHUNKED) return wanted;
    std::array<hsize_t, 2> chunk{1, 1};
    if (H5Pget_chunk(plan, 2, chunk.data()) != 2) fail("the array's chunks are not of rows");
    const auto high = static_cast<std::int64_t>(chunk[0]);
    const auto bytes =
        checked_product({high, static_cast<std::int64_t>(chunk[1]), table.type.bytes});
    if (!bytes || high < 1 || *bytes > kMaxChunk)
      fail("the array's chunks are larger than 256 MB: repack it, with h5repack");
    return (wanted + high - 1) / high * high;
  }

  Table open_table(const std::string& name) const {
    require_inside(name);
    if (kind_of(name) == H5I_GROUP)
      fail(in_quotes(name) +
           " is a group, of a sparse matrix perhaps, and points are read dense: in "
           "Python anndata.read_h5ad(file).X.toarray(), saved by numpy.save");
    Id dataset(H5Dopen2(file_, name.c_str(), H5P_DEFAULT), H5Dclose);
    if (dataset < 0) fail(in_quotes(name) + " is no array");
    const Id space(H5Dget_space(dataset), H5Sclose);
    std::array<hsize_t, 2> shape{};
    const int dimensions = H5Sget_simple_extent_ndims(space);
    if (dimensions != 2 || H5Sget_simple_extent_dims(space, shape.data(), nullptr) != 2)
      fail(in_quotes(name) + " has " + std::to_string(dimensions) +
           " dimensions: points are a 2-d array, one row a point");
    const DType type = type_of(dataset);
    Table table{std::move(dataset), type, static_cast<std::int64_t>(shape[0]),
                static_cast<std::int64_t>(shape[1])};
    const auto bytes = checked_product({table.rows, table.cols, 8});
    if (table.rows < 1 || table.cols < 1 || !bytes ||
        *bytes / 8 * type.bytes >
            checked_product({source_.size(), kMaxExpansion}).value_or(INT64_MAX))
      fail("there cannot be " + std::to_string(shape[0]) + " x " + std::to_string(shape[1]) +
           " values in " + std::to_string(source_.size()) + " bytes");
    const Id plan(H5Dget_create_plist(table.dataset), H5Pclose);
    require_plain_storage(plan);
    table.rows_at_once = rows_at_once(plan, table);
    return table;
  }

  template <class T>
  void read_as(const Table& table, hid_t memory_type, Matrix& into) {
    const Id space(H5Dget_space(table.dataset), H5Sclose);
    std::vector<T> block(
        static_cast<std::size_t>(std::min(table.rows, table.rows_at_once) * table.cols));
    for (std::int64_t first = 0; first < table.rows; first += table.rows_at_once) {
      const std::int64_t rows = std::min(table.rows_at_once, table.rows - first);
      const hsize_t start[] = {static_cast<hsize_t>(first), 0};
      const hsize_t count[] = {static_cast<hsize_t>(rows), static_cast<hsize_t>(table.cols)};
      const Id memory(H5Screate_simple(2, count, nullptr), H5Sclose);
      if (H5Sselect_hyperslab(space, H5S_SELECT_SET, start, nullptr, count, nullptr) < 0 ||
          H5Dread(table.dataset, memory_type, memory, space, H5P_DEFAULT, block.data()) < 0)
        fail("rows from " + std::to_string(first) + " on are damaged or cut off");
      const auto values =
          std::span<const T>(block).first(static_cast<std::size_t>(rows * table.cols));
      if (source_.rounding().convert(first * table.cols, values, into.row(first))) continue;
      for (std::size_t i = 0; i < values.size(); ++i) {
        const std::int64_t at = first * table.cols + static_cast<std::int64_t>(i);
        if (!source_.rounding().convert(at, values.subspan(i, 1), into.data() + at))
          throw_unfit(source_, at / table.cols, at % table.cols);
      }
    }
  }

  ByteSource& source_;
  bool silent_;
  Id file_;
};

}  // namespace

bool reads_hdf5() {
  return true;
}

Matrix read_hdf5(ByteSource& source, const std::string& dataset) {
  Hdf5File file(source);
  return file.read(file.chosen(dataset));
}

FileInfo describe_hdf5(ByteSource& source) {
  const Hdf5File file(source);
  return file.describe(file.chosen(""));
}

}  // namespace nearfold::io
