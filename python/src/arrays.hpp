// Arrays of numpy and matrices of the library. Nothing is converted here: what is not float32 or
// int32 in C order was made so in nearfold/_arrays.py, which says what it copies.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/input_points.hpp"
#include "nearfold/matrix.hpp"

namespace nearfold::python {

namespace nb = nanobind;

template <class T, std::size_t dims>
using Array = nb::ndarray<const T, nb::ndim<dims>, nb::c_contig, nb::device::cpu>;
using Floats2 = Array<float, 2>;
using Floats1 = Array<float, 1>;
using Ints2 = Array<std::int32_t, 2>;
using Ints1 = Array<std::int32_t, 1>;

inline HostMatrix<const float> view(const Floats2& x) {
  return {x.data(), static_cast<std::int64_t>(x.shape(0)), static_cast<std::int64_t>(x.shape(1))};
}

/// Points as nearfold/_arrays.py's native() gives them: an array of float32, (type, bytes [rows,
/// columns times bytes of a value]) of a narrow one, or (rows, columns, indptr, indices, values) of
/// sparse ones. Keeps the arrays.
class AnyPoints {
 public:
  AnyPoints() = default;
  explicit AnyPoints(const nb::object& given) {
    if (!nb::isinstance<nb::tuple>(given)) {
      dense_ = nb::cast<Floats2>(given, false);
      points_ = view(*dense_);
      return;
    }
    const auto parts = nb::cast<nb::tuple>(given);
    if (parts.size() == 2) {
      const ValueType type = value_type_named(nb::cast<std::string>(parts[0]));
      bytes_ = nb::cast<Array<std::uint8_t, 2>>(parts[1], false);
      points_ = StoredView(bytes_->data(), type, static_cast<std::int64_t>(bytes_->shape(0)),
                           static_cast<std::int64_t>(bytes_->shape(1)) / bytes_of(type));
      return;
    }
    indptr_ = nb::cast<Array<std::int64_t, 1>>(parts[2], false);
    indices_ = nb::cast<Ints1>(parts[3], false);
    values_ = nb::cast<Floats1>(parts[4], false);
    points_ = SparseView(nb::cast<std::int64_t>(parts[0]), nb::cast<std::int64_t>(parts[1]),
                         {indptr_->data(), indptr_->size()}, {indices_->data(), indices_->size()},
                         {values_->data(), values_->size()});
  }

  const InputPoints& get() const { return points_; }
  /// used(rows): floats, or sparse ones. Throws Unsupported for a narrow type.
  template <class Use>
  auto use(const Use& used) const {
    return points_.use(used);
  }

 private:
  std::optional<Floats2> dense_;
  std::optional<Array<std::uint8_t, 2>> bytes_;
  std::optional<Array<std::int64_t, 1>> indptr_;
  std::optional<Ints1> indices_;
  std::optional<Floats1> values_;
  InputPoints points_;
};

template <class AnyArray>
auto span(const AnyArray& x) {
  return std::span(x.data(), x.size());
}

/// A numpy array of these values, which are not copied.
template <class T>
nb::object to_numpy(std::vector<T>&& values, std::initializer_list<std::size_t> shape) {
  auto* const kept = new std::vector<T>(std::move(values));
  kept->reserve(1);  // an array of no values has a place, too
  nb::capsule owner(kept, [](void* p) noexcept { delete static_cast<std::vector<T>*>(p); });
  return nb::cast(nb::ndarray<nb::numpy, T>(kept->data(), shape.size(), shape.begin(), owner));
}

template <class T>
nb::object to_numpy(std::vector<T>&& values) {
  const std::size_t size = values.size();
  return to_numpy(std::move(values), {size});
}

inline nb::object to_numpy(Matrix&& matrix) {
  const auto rows = static_cast<std::size_t>(matrix.rows());
  const auto cols = static_cast<std::size_t>(matrix.cols());
  return to_numpy(std::move(matrix).values(), {rows, cols});
}

}  // namespace nearfold::python
