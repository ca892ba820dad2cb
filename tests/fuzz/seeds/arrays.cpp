// Arrays: .npy, .npz, IDX and the vectors of benchmarks.
#include "packed.hpp"
#include "seeds/seeds.hpp"

namespace nearfold::fuzz {

using io::dictionary;
using io::idx;
using io::npy;
using io::raw;

static const std::string kSix = six();

Seeds npy_seeds() {
  Seeds seeds = {
      {"points", npy(dictionary("<f4", "(2, 3)"), kSix)},
      {"fortran", npy(dictionary("<f4", "(2, 3)", "True"), kSix)},
      {"big-endian", npy(dictionary(">i2", "(2, 2)"), raw<std::int16_t>({1, 2, 3, 4}))},
      {"half", npy(dictionary("<f2", "(1, 2)"), raw<std::uint16_t>({0x3c00, 0x7c00}))},
      {"double", npy(dictionary("<f8", "(1, 2)"), raw({1.5, 2.5}))},
      {"double-too-large", npy(dictionary("<f8", "(1, 2)"), raw({1e300, 1.0}))},
      {"bool", npy(dictionary("|b1", "(2,)"), std::string(2, '\1'))},
      {"labels", npy(dictionary("<i8", "(3,)"), raw<std::int64_t>({0, 1, -2}))},
      {"labels-too-large", npy(dictionary("<i8", "(1,)"), raw({std::int64_t{1} << 40}))},
      {"version-2", npy(dictionary("<f4", "(2, 3)"), kSix, 2)},
      {"version-2-length-beyond-file", std::string("\x93NUMPY\2\0\xf0\xff\xff\xff", 12)},
      {"shape-overflows", npy(dictionary("<f4", "(1099511627776, 1099511627776)"), kSix)},
      {"shape-beyond-file", npy(dictionary("<f8", "(65536, 65536)"), kSix)},
      {"dimension-exceeds-64-bits", npy(dictionary("<f4", "(99999999999999999999,)"), kSix)},
      {"truncated", npy(dictionary("<f4", "(2, 3)"), kSix.substr(1))},
      {"bytes-after-the-end", npy(dictionary("<f4", "(2, 3)"), kSix + "?")},
      {"objects", npy(dictionary("|O", "(1,)"), "\x80\4K\1.")},
      {"records", npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }\n", "")},
      {"no-rows", npy(dictionary("<f4", "(0, 3)"), "")},
      {"scalar", npy(dictionary("<f4", "()"), raw({1.0F}))},
      {"images", npy(dictionary("|u1", "(2, 1, 2)"), "abcd")},
      {"reordered",
       npy("{\"shape\": (1, 1),\"fortran_order\":True , 'descr':'|i1' }", std::string(1, '\5'))},
      {"twice", npy("{'shape': (1,), 'shape': (1,), 'descr': '<f4', 'fortran_order': True}", "")},
      {"no-keys", npy("{}", "")},
      {"no-header", npy("", "")},
      {"negative", npy(dictionary("<f4", "(-1, 2)"), kSix)},
      {"zero-bytes", npy(std::string("{'descr'\0: '<f4'}", 17), kSix)},
      {"empty", ""},
  };
  return seeds;
}

Seeds npz_seeds() {
  const Entry points = {"points.npy", npy(dictionary("<f4", "(2, 3)"), kSix)};
  const Entry labels = {"labels.npy", npy(dictionary("<i4", "(2,)"), raw({1, 2}))};
  const Entry zeros = {"points.npy", npy(dictionary("|u1", "(64, 64)"), std::string(4096, '\0'))};
  const std::string good = zip({points});
  const auto patched = [&](std::size_t from_end, const std::string& bytes) {
    std::string bad = good;
    return bad.replace(bad.size() - from_end, bytes.size(), bytes);
  };
  std::string encrypted = good, wrong_checksum = good;
  encrypted[6] = 1;                                        // of the entry,
  encrypted[encrypted.find("PK\1\2") + 8] = 1;             // and of the directory
  wrong_checksum[wrong_checksum.find("PK\1\2") - 1] ^= 1;  // the last value
  return {
      {"stored", good},
      {"deflated", zip({points}, Method::deflate)},
      {"zeros-deflated", zip({zeros}, Method::deflate)},
      {"two-arrays", zip({labels, points})},
      {"same-name-twice", zip({points, points})},
      {"name-of-another-folder", zip({{"../../points.npy", points.bytes}})},
      {"no-array", zip({})},
      {"no-npy", zip({{"points.npy", "text"}})},
      {"encrypted", encrypted},
      {"wrong-checksum", wrong_checksum},
      {"many-entries-announced", patched(14, "\xff\xff\xff\xff")},
      {"directory-elsewhere", patched(6, "\xff\xff\xff\x7f")},
      {"cut-off", good.substr(0, good.size() - 30)},
  };
}

Seeds idx_seeds() {
  return {
      {"images", idx(8, {2, 2, 1}) + "abcd"},
      {"labels", idx(8, {3}) + "abc"},
      {"signed", idx(9, {1, 2}) + "\xff\1"},
      {"shorts", idx(11, {1, 2}) + std::string("\0\1\1\0", 4)},
      {"ints", idx(12, {1, 1}) + std::string("\0\0\1\0", 4)},
      {"floats", idx(13, {1, 1}) + std::string("\x3f\x80\0\0", 4)},
      {"doubles", idx(14, {1, 1}) + std::string("\x7f\xe0\0\0\0\0\0\0", 8)},
      {"int-labels", idx(12, {1}) + std::string("\x80\0\0\0", 4)},
      {"255-dimensions", std::string("\0\0\x8\xff", 4) + std::string(1020, '\1')},
      {"shape-overflows", idx(14, {0xffffffff, 0xffffffff, 0xffffffff}) + "abcd"},
      {"row-overflows", idx(8, {0, 0xffffffff, 0xffffffff, 0xffffffff})},
      {"shape-beyond-file", idx(8, {0x80000000, 1}) + "abcd"},
      {"no-rows", idx(8, {0, 5})},
      {"unknown-type", idx(10, {1}) + "a"},
      {"bytes-after-the-end", idx(8, {1}) + "ab"},
      {"empty", ""},
  };
}

Seeds idx_gz_seeds() {
  Seeds seeds;
  for (const auto& [name, bytes] : idx_seeds()) seeds[name] = deflated(bytes, 31);
  const std::string good = deflated(idx(8, {2, 2}) + "abcd", 31);
  std::string wrong_checksum = good;
  wrong_checksum[good.size() - 5] ^= 1;
  seeds["zeros"] = deflated(idx(8, {64, 256}) + std::string(16384, '\0'), 31);
  seeds["shape-beyond-deflate"] = deflated(idx(8, {1 << 16, 1 << 16}), 31);
  seeds["cut-off"] = good.substr(0, good.size() - 6);
  seeds["two-streams"] = good + good;
  seeds["wrong-checksum"] = wrong_checksum;
  return seeds;
}

Seeds vecs_seeds() {
  const std::string row = raw({2, 1, 2});
  return {
      {"two-rows", row + row},
      {"bytes", raw({1}) + "a" + raw({1}) + "b"},
      {"another-length", row + raw({1, 1, 2})},
      {"negative", raw({-1, 0})},
      {"no-columns", raw({0, 0})},
      {"beyond-file", raw({0x7fffffff, 1})},
      {"cut-off", (row + row).substr(0, 20)},
      {"empty", ""},
  };
}

Seeds bin_seeds() {
  return {
      {"floats", raw({2, 3}) + kSix},
      {"bytes", raw({2, 2}) + "abcd"},
      {"no-rows", raw({0, 3})},
      {"beyond-file", raw({-1, -1}) + "abcd"},
      {"bytes-after-the-end", raw({1, 1}) + "abcde"},
      {"cut-off", raw({2, 3}) + "abc"},
      {"images", idx(8, {2, 2}) + "abcd"},
      {"empty", ""},
  };
}

}  // namespace nearfold::fuzz
