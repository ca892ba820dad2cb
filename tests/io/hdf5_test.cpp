// HDF5 as h5py and anndata write it, made by libhdf5 itself; and files that lead elsewhere.
#include <gtest/gtest.h>
#include <hdf5.h>

#include <array>
#include <functional>
#include <vector>

#include "support/io_files.hpp"

namespace nearfold::io {
namespace {

using Doubles = std::vector<double>;

class Hdf5 : public FolderTest {
 protected:
  /// A file that `fill` puts something in.
  std::string file(const std::string& name, const std::function<void(hid_t)>& fill) const {
    const hid_t made = H5Fcreate(path(name).c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    fill(made);
    H5Fclose(made);
    return path(name);
  }

  /// An array [rows, cols] of doubles, stored as `type`, in chunks and deflated when asked for.
  static void put(hid_t to, const char* name, hid_t type, hsize_t rows, hsize_t cols,
                  const Doubles& values, bool packed = false) {
    const std::array<hsize_t, 2> shape{rows, cols}, chunk{2, 1};
    const hid_t space = H5Screate_simple(2, shape.data(), nullptr);
    const hid_t plan = H5Pcreate(H5P_DATASET_CREATE);
    if (packed) {
      H5Pset_chunk(plan, 2, chunk.data());
      H5Pset_shuffle(plan);
      H5Pset_deflate(plan, 4);
    }
    const hid_t dataset = H5Dcreate2(to, name, type, space, H5P_DEFAULT, plan, H5P_DEFAULT);
    H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
    H5Dclose(dataset);
    H5Pclose(plan);
    H5Sclose(space);
  }
};

TEST_F(Hdf5, ArraysOfEveryKindAreRead) {
  const Doubles values = {1, 2, 3, 4, 5, 6};
  const Floats want = {1, 2, 3, 4, 5, 6};
  for (const hid_t type :
       {H5T_IEEE_F64LE, H5T_IEEE_F32BE, H5T_STD_I64LE, H5T_STD_U8LE, H5T_STD_I16BE})
    for (const bool packed : {false, true})
      expect_matrix(
          read_matrix(file("x.h5", [&](hid_t to) { put(to, "X", type, 3, 2, values, packed); })), 3,
          2, want);
}

TEST_F(Hdf5, OneOfSeveralIsXOrTheOneThatIsNamed) {
  const auto fill = [](hid_t to) {
    put(to, "a", H5T_IEEE_F32LE, 1, 2, {7, 8});
    put(to, "b", H5T_IEEE_F32LE, 1, 2, {9, 10});
    const hid_t group = H5Gcreate2(to, "obsm", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    put(group, "X_pca", H5T_IEEE_F32LE, 1, 2, {11, 12});
    H5Gclose(group);
  };
  const std::string two = file("two.h5ad", fill);
  EXPECT_EQ(read_matrix(two, {.array = "obsm/X_pca"}).values(), (Floats{11, 12}));
  EXPECT_EQ(read_matrix(two, {.array = "b"}).values(), (Floats{9, 10}));
  expect_refused<InvalidParameter>([&] { read_matrix(two); },
                                   {"2 arrays, 'a', 'b'", "--dataset 'a'"});
  expect_refused([&] { read_matrix(two, {.array = "c"}); }, {"there is no 'c' in it"});
  const std::string with_x = file("x.h5", [&](hid_t to) {
    fill(to);
    put(to, "X", H5T_IEEE_F64LE, 1, 2, {1, 2});
  });
  EXPECT_EQ(read_matrix(with_x).values(), (Floats{1, 2}));
  EXPECT_EQ(describe_file(with_x).dtype, "float64");
  EXPECT_EQ(describe_file(with_x).shape, (std::vector<std::int64_t>{1, 2}));
}

TEST_F(Hdf5, OffsetsAreTakenAsFromAnyFormat) {
  Doubles far;
  for (int i = 0; i < 40; ++i) far.push_back(1.6e9 + 0.25 * i);
  Shift shift;
  const Matrix read =
      read_matrix(file("x.h5", [&](hid_t to) { put(to, "t", H5T_IEEE_F64LE, 40, 1, far, true); }),
                  {}, nullptr, &shift);
  for (std::int64_t i = 0; i < 40; ++i)
    EXPECT_EQ(static_cast<double>(read.row(i)[0]) + shift.offsets[0],
              1.6e9 + 0.25 * static_cast<double>(i));
}

TEST_F(Hdf5, WhatLeadsElsewhereIsRefused) {
  const std::string target =
      file("target.h5", [](hid_t to) { put(to, "X", H5T_IEEE_F32LE, 1, 1, {1}); });
  const auto refuse = [&](const std::string& name, const std::function<void(hid_t)>& fill,
                          std::initializer_list<std::string_view> says) {
    expect_refused([&] { read_matrix(file(name, fill), {.array = "X"}); }, says);
  };
  refuse(
      "l.h5",
      [&](hid_t to) { H5Lcreate_external(target.c_str(), "X", to, "X", H5P_DEFAULT, H5P_DEFAULT); },
      {"a link to elsewhere"});
  refuse("s.h5", [&](hid_t to) { H5Lcreate_soft("/Y", to, "X", H5P_DEFAULT, H5P_DEFAULT); },
         {"a link to elsewhere"});
  refuse("e.h5",
         [&](hid_t to) {
           const std::array<hsize_t, 2> shape{2, 2};
           const hid_t space = H5Screate_simple(2, shape.data(), nullptr);
           const hid_t plan = H5Pcreate(H5P_DATASET_CREATE);
           H5Pset_external(plan, "/etc/passwd", 0, 32);
           H5Dclose(H5Dcreate2(to, "X", H5T_IEEE_F64LE, space, H5P_DEFAULT, plan, H5P_DEFAULT));
           H5Pclose(plan);
           H5Sclose(space);
         },
         {"in other files"});
  refuse("g.h5",
         [&](hid_t to) { H5Gclose(H5Gcreate2(to, "X", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)); },
         {"is a group", "toarray()"});
  refuse("h.h5",
         [&](hid_t to) {  // values that were never written, in chunks that are not there
           const std::array<hsize_t, 2> shape{1U << 30, 1U << 10}, chunk{1, 1};
           const hid_t space = H5Screate_simple(2, shape.data(), nullptr);
           const hid_t plan = H5Pcreate(H5P_DATASET_CREATE);
           H5Pset_chunk(plan, 2, chunk.data());
           H5Dclose(H5Dcreate2(to, "X", H5T_IEEE_F64LE, space, H5P_DEFAULT, plan, H5P_DEFAULT));
           H5Pclose(plan);
           H5Sclose(space);
         },
         {"there cannot be"});
}

TEST_F(Hdf5, FilesThatAreCutOffAreRefused) {
  Doubles values(4000, 1.5);
  const std::string whole = content(std::filesystem::path(file("x.h5", [&](hid_t to) {
                                      put(to, "X", H5T_IEEE_F64LE, 1000, 4, values);
                                    })).filename());
  for (const std::size_t size : {whole.size() - 100, whole.size() / 2, std::size_t{100}})
    expect_refused([&] { read_matrix(make("cut.h5", whole.substr(0, size))); }, {"HDF5"});
}

}  // namespace
}  // namespace nearfold::io
