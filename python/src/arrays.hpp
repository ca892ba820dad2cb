// Arrays of numpy and matrices of the library. Nothing is converted here: what is not float32 or
// int32 in C order was made so in nearfold/_arrays.py, which says what it copies.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <cstdint>
#include <initializer_list>
#include <span>
#include <utility>
#include <vector>

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
