// Files of points that are not what they should be; text is in bad_text_test.cpp.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <zlib.h>

#include <atomic>
#include <climits>
#include <thread>

#include "support/bad_inputs.hpp"

namespace nearfold {
namespace {

using io::dictionary;
using io::idx;
using io::npy;
using io::raw;
using BadFiles = BadInput;

std::string zeros(std::size_t bytes) {
  return std::string(bytes, '\0');
}

// ---- NPY ----------------------------------------------------------------------------------------

TEST_F(BadFiles, NpySizesAreComparedWithTheFile) {  // 1, 3, 4, 5
  file_refused("a.npy", "\x93NUMPY\2" + std::string(1, '\0') + raw<std::uint32_t>({0xfffffff0U}),
               {"header length 4294967280 exceeds the file (12 bytes)"});
  file_refused("a.npy", npy(dictionary("<f4", "(1099511627776, 1099511627776)"), ""),
               {"(1099511627776, 1099511627776)", "64 bits"});
  file_refused("a.npy", npy(dictionary("<f8", "(65536, 65536)"), ""),
               {"truncated", "(65536, 65536)", "34359738368 bytes", "0 are left"});
  file_refused("a.npy", npy(dictionary("<f4", "(5, 2)"), zeros(39)), {"truncated", "39 are left"});
  file_refused("a.npy", npy(dictionary("<f4", "(5, 2)"), zeros(41)), {"byte 110", "1 too many"});
}

TEST_F(BadFiles, NpyTypesThatAreNotPlainNumbersAreRefused) {  // 6
  file_refused("a.npy", npy(dictionary("|O", "(5, 2)"), zeros(40)), {"object arrays", "run code"});
  const std::string records =
      "{'descr': [('a', '<f4'), ('b', '<f4')], 'fortran_order': False, 'shape': (5,), }\n";
  file_refused("a.npy", npy(records, zeros(40)), {"records", "save one plain array"});
}

TEST_F(BadFiles, NpyTypesOfAllKindsAreConverted) {  // 7
  const auto rewritten = [&](const std::string& array) {
    write("a.npy", array);
    EXPECT_EQ(run("convert --force -q " + path("a.npy") + " -o " + path("c.npy")).code, kDone);
    return io::read_matrix(path("c.npy")).values();
  };
  const std::vector<float> wanted = {1, 2, 3, 4};
  EXPECT_EQ(rewritten(npy(dictionary(">f4", "(2, 2)"), std::string("\x3f\x80\0\0\x40\0\0\0"
                                                                   "\x40\x40\0\0\x40\x80\0\0",
                                                                   16))),
            wanted);
  EXPECT_EQ(rewritten(npy(dictionary("<f4", "(2, 2)", "True"), raw({1.0F, 3.0F, 2.0F, 4.0F}))),
            wanted);
  EXPECT_EQ(rewritten(npy(dictionary("<f2", "(2, 2)"),
                          raw<std::uint16_t>({0x3c00, 0x4000, 0x4200, 0x4400}))),
            wanted);
  EXPECT_EQ(rewritten(npy(dictionary("<i8", "(2, 2)"), raw<std::int64_t>({1, 2, 3, 4}))), wanted);
}

TEST_F(BadFiles, IntegersThatFloat32RoundsAreCounted) {  // 7
  constexpr std::int64_t kLargest = 1 << 24;
  write("a.npy", npy(dictionary("<i8", "(2, 2)"),
                     raw<std::int64_t>({kLargest + 1, -kLargest - 3, INT64_MAX, kLargest + 2})));
  const std::string convert = "convert --force " + path("a.npy") + " -o " + path("c.npy");
  expect_says(run(convert), kDone, {"warning:", "3 integers beyond 2^24"}, convert);
  write("a.npy", npy(dictionary("<u4", "(1, 2)"), raw<std::uint32_t>({1U << 24, 1U << 31})));
  EXPECT_EQ(run(convert).out.find("warning"), std::string::npos);
}

TEST_F(BadFiles, NpyHeadersThatAreNotTheDictionaryAreRefused) {  // 8
  const std::string values = zeros(40);
  for (const auto& [header, says] : std::initializer_list<std::pair<std::string, const char*>>{
           {"", "'{' is due"},
           {"{'descr': '<f4', 'shape': (5, 2)}", "a key is missing"},
           {"{'shape': (5, 2), 'shape': (5, 2), 'descr': '<f4', 'fortran_order': False}", "twice"},
           {dictionary("<f4", "(-5, 2)"), "negative"},
           {dictionary("<f4", "(5.0, 2)"), "a comma or a closing parenthesis"},
           {dictionary("<f4", "(5, 2)") + zeros(2), "text after the dictionary"},
           {"{'d\xc3\xa9scr': '<f4'}", "unknown key 'd\u00e9scr'"}})
    file_refused("a.npy", npy(header, values), {says, "byte "});
}

TEST_F(BadFiles, ArraysOfOtherShapesSayHowToReshape) {  // 9
  file_refused("a.npy", npy(dictionary("<f4", "(0, 2)"), ""), {"there are no values", "0 x 2"});
  file_refused("a.npy", npy(dictionary("<f4", "(5, 0)"), ""), {"there are no values", "5 x 0"});
  file_refused("a.npy", npy(dictionary("<f4", "(5,)"), zeros(20)), {"(5,)", "x.reshape(-1, 1)"});
  file_refused("a.npy", npy(dictionary("<f4", "(5, 2, 2)"), zeros(80)),
               {"(5, 2, 2)", "x.reshape(len(x), -1)"});
  file_refused("a.npy", npy(dictionary("<f4", "(1, 5, 1)"), zeros(20)),
               {"(1, 5, 1)", "x[0].reshape(len(x[0]), -1)"});
}

// ---- NPZ ----------------------------------------------------------------------------------------

class BadArchives : public BadInput {
 protected:
  std::string archive(const std::vector<io::ZipEntry>& entries) const {
    io::write_zip(path("z.npz"), entries, io::Overwrite::yes);
    return bytes("z.npz");
  }
  const std::string array_ = npy(dictionary("<f4", "(5, 2)"), zeros(40));
};

TEST_F(BadArchives, AMemberIsBoundedByItsSize) {  // 2
  const std::string lie = "\x93NUMPY\1" + std::string(1, '\0') + "\xff\xff" + "{}";
  file_refused("z.npz", archive({{"x.npy", lie, {}}}), {"z.npz:x", "65535 exceeds the file"});
}

TEST_F(BadArchives, ThatLieAreRefused) {  // 10
  std::string bomb = archive({{"x.npy", array_, {}}});
  bomb.replace(bomb.find("PK\1\2") + 24, 4, raw<std::uint32_t>({0x7fffffff}));
  file_refused("z.npz", bomb, {"claims 2147483647 bytes", "impossible"});

  std::string twice = archive({{"x.npy", array_, {}}, {"w.npy", array_, {}}});
  for (auto at = twice.find("w.npy"); at != std::string::npos; at = twice.find("w.npy"))
    twice[at] = 'x';
  file_refused("z.npz", twice, {"two arrays are named 'x'"});

  std::string locked = archive({{"x.npy", array_, {}}});
  locked[locked.find("PK\3\4") + 6] |= 1;
  locked[locked.find("PK\1\2") + 8] |= 1;
  file_refused("z.npz", locked, {"'x' is encrypted", "without a password"});

  std::vector<io::ZipEntry> many;
  for (int i = 0; i < 1001; ++i) many.push_back({std::to_string(i) + ".npy", array_, {}});
  file_refused("z.npz", archive(many), {"1001 entries", "limit is 1000"});
}

TEST_F(BadArchives, NamesAreNeverPaths) {  // 10
  archive({{"../../evil.npy", array_, {}}});
  expect_map(map_of("z.npz"), {"all points are equal"});
  EXPECT_FALSE(fs::exists(folder_ / "../../evil.npy"));
}

TEST_F(BadArchives, SeveralArraysAreListedAndOneIsChosen) {  // 11
  const std::string labels = npy(dictionary("<i4", "(5,)"), zeros(20));
  archive({{"x.npy", array_, {}}, {"y.npy", labels, {}}});
  expect_refused(map_of("z.npz"), kUsage, {"2 arrays, 'x' (5, 2), 'y' (5,)", "--array 'x'"});
  expect_refused(map_of("z.npz", "--array w"), kBadInput, {"no array 'w'", "'x', 'y'"});
  expect_refused(map_of("x.npy", "--array x"), kBadInput, {"only .npz files hold named arrays"});
  expect_map(map_of("z.npz", "--array x"));
  EXPECT_NE(run("info --array x " + path("z.npz")).out.find("constant_columns"), std::string::npos);
}

// ---- binary -------------------------------------------------------------------------------------

TEST_F(BadFiles, VecsAndBinsWhoseSizesLieAreRefused) {  // 18, 19
  const std::string row = raw<std::int32_t>({2}) + zeros(8);
  std::string rows;
  for (int i = 0; i < 600; ++i) rows += i == 500 ? raw<std::int32_t>({7}) + zeros(8) : row;
  file_refused("a.fvecs", rows, {"byte 6000", "row 500 has length 7, row 0 has 2"});
  file_refused("a.fvecs", raw<std::int32_t>({-1}) + zeros(8), {"length -1", "positive"});
  file_refused("a.fvecs", row + "123", {"byte 12", "truncated"});
  file_refused("a.fbin", raw<std::uint32_t>({2, 3}) + zeros(20), {"2 x 3", "20 are left"});
  file_refused("a.fbin", raw<std::uint32_t>({0, 3}), {"no values", "0 x 3"});
  file_refused("a.fbin", idx(8, {2, 2}) + zeros(4), {"truncated"});
}

TEST_F(BadFiles, IdxThatLiesIsRefused) {  // 20
  file_refused("a.idx", std::string("\0\0\x08\xff", 4) + zeros(40), {"255 dimensions", "1 to 8"});
  file_refused("a.idx", idx(8, {0x80000000U, 2}), {"truncated", "2147483648"});
  const gzFile file = gzopen(path("a.idx.gz").c_str(), "wb");
  const std::string images = idx(8, {100, 100}) + std::string(10000, '\7');
  gzwrite(file, images.data(), static_cast<unsigned>(images.size()));
  gzclose(file);
  std::string packed = bytes("a.idx.gz");
  file_refused("b.idx.gz", packed.substr(0, packed.size() - 9), {"truncated"});
  packed[packed.size() - 6] ^= 1;
  file_refused("b.idx.gz", packed, {"the gzip stream is damaged", "data check"});
}

TEST_F(BadFiles, FormatsThatAreNotReadAreNamed) {  // 24
  const std::string hdf5 = "\x89HDF\r\n\x1a\n";
  for (const char* name : {"a.h5", "a.h5ad", "a.npy"}) file_refused(name, hdf5, {"HDF5"});
  for (const auto& [name, content, says] : {std::tuple{"a.csv", "PAR1\x15\x04", "Parquet"},
                                            {"a.parquet", "", "pandas.read_parquet('"},
                                            {"a.feather", "ARROW1", "pandas.read_feather('"},
                                            {"a.arrow", "\xff\xff\xff\xff", "Arrow"},
                                            {"a.xlsx", "PK\3\4", "pandas.read_excel('"},
                                            {"a.json", "{}", "pandas.read_json('"},
                                            {"a.mat", "MATLAB 5.0", "scipy.io.loadmat('"},
                                            {"a.pkl", "\x80\4", "a Python pickle"}})
    file_refused(name, content, {says, "is not read: convert it, with python3 -c"});
  for (const auto& [name, content, says] :
       {std::tuple{"a.csv", "<!DOCTYPE html>\n<p>404\n", "a web page"},
        {"a.csv", "version https://git-lfs.github.com/spec/v1\noid 1\n", "with git lfs pull"},
        {"a.csv.bz2", "BZh91AY", "packed by bzip2"},
        {"a.csv", "\xfd\x37zXZ", "with unxz"},
        {"a.csv.zst", "", "with unzstd"},
        {"a.csv.zip", "PK\3\4", "with unzip"},
        {"a.rds", "", "write.csv("}})
    file_refused(name, content, {says, "is not read: "});
  file_refused("a.png", "\x89PNG\r\n", {"a PNG image, which is not read"});
  file_refused("a.xyz", "1 2 3", {"the format is not known by its name", ".npy"});
}

TEST_F(BadFiles, PathsThatAreNoFilesAreRefusedAtOnce) {  // 27
  expect_refused("embed " + path("") + " --method umap -o " + path("y.npy"), kBadInput,
                 {"is a folder: give a regular file"});
  ASSERT_EQ(mkfifo(path("pipe.npy").c_str(), 0600), 0);
  expect_refused(map_of("pipe.npy"), kBadInput, {"no file: give a regular file"});
  expect_refused("embed /dev/zero --method umap -o " + path("y.npy"), kBadInput, {"no file"});
  expect_refused(map_of("absent.npy"), kIo, {"cannot open", "No such file or directory"});
  fs::create_symlink("loop.npy", path("loop.npy"));
  expect_refused(map_of("loop.npy"), kIo, {"Too many levels of symbolic links"});
}

TEST_F(BadFiles, AFileThatChangesWhileItIsReadIsRefused) {  // 60
  const std::string points = npy(dictionary("<f4", "(500000, 4)"), zeros(8'000'000));
  for (const char* name : {"a.npy", "a.csv", "z.npz"}) {
    if (name[2] == 'n')
      write(name, points);
    else if (name[0] == 'z')
      io::write_zip(path(name), std::vector<io::ZipEntry>{{"x.npy", points, {}}},
                    io::Overwrite::yes);
    else
      for (std::string text = "1,2,3,4\n"; !exists(name); write(name, text))
        while (text.size() < 4'000'000) text += text;
    std::atomic<bool> done = false;
    std::thread writer([&, file = path(name)] {  // as if it were written to all the time
      for (long time = 1; !done; ++time) {
        const timespec times[2] = {{time, 0}, {time, 0}};
        utimensat(AT_FDCWD, file.c_str(), times, 0);
      }
    });
    Outcome o{-1, ""};  // on a busy machine the writer may have no turn while the tool reads
    for (int tries = 0; tries < 50 && o.code != kBadInput; ++tries) {
      fs::remove(path("c.npy"));
      o = run("convert " + path(name) + " -o " + path("c.npy"));
    }
    done = true;
    writer.join();
    expect_says(o, kBadInput, {"changed while it was read", "wait until it is written"}, name);
    EXPECT_FALSE(exists("c.npy")) << name;
  }
}

}  // namespace
}  // namespace nearfold
