// Text: tables, Matrix Market, what a command line holds.
#include "seeds/seeds.hpp"

namespace nearfold::fuzz {

using io::dictionary;
using io::npy;

Seeds csv_seeds() {
  return {
      {"numbers", "1,2\n3,4\n"},
      {"header", "a,b\n1,2\n"},
      {"header-only", "a,b\n"},
      {"semicolons", "1;2.5\r\n3;-4e-3\r\n"},
      {"tabs",
       "\xef\xbb\xbf"
       "1\t2\n3\t4"},
      {"spaces", " 1  2 \n 3  4 \n"},
      {"quoted", "\"1\",\" 2\"\n\"3\",4\n"},
      {"quote-inside", "\"1\"\"2\",3\n"},
      {"open-quote", "\"1,2\n"},
      {"ragged", "1,2\n3\n"},
      {"decimal-comma", "1,5;2,5\n"},
      {"missing", "1,\n3,NA\n"},
      {"not-finite", "nan,inf\n-inf,nan(1)\n"},
      {"too-large", "1,1e999\n"},
      {"subnormal", "1e-40,1e-400\n"},
      {"hexadecimal", "0x10,1\n"},
      {"plus", "+1,+-2\n"},
      {"blank-line", "1\n\n2\n"},
      {"utf16", std::string("\xff\xfe"
                            "1\0",
                            4)},
      {"zero-byte", std::string("1,\0"
                                "2\n",
                                6)},
      {"npy", npy(dictionary("<f4", "(2, 3)"), six())},
      {"pandas", ",a,s\n0,1.5,x\n1,2,y\n"},
      {"counts", "0,1,2\n3,4.5,5\n"},
      {"r", "\"a\" \"b\"\n\"1\" 1 2\n\"2\" 3 NA\n"},
      {"savetxt", "# a b\n1 2\n3 4\n# end\n"},
      {"scikit-learn", "2,1,x,y\n1.5,0\n2.5,1\n"},
      {"excel", "sep=;\na;b\n1,5;?\n2;#N/A\n"},
      {"labels", "label\n1\n-2\n"},
      {"label-table", "id,y\n0,x\n1,\n2,NA\n"},
      {"label-names", "\"b\"\na \nb\n"},
      {"label-too-large", "99999999999\n"},
      {"empty", ""},
  };
}

Seeds mtx_seeds() {
  const std::string array = "%%MatrixMarket matrix array real general\n";
  const std::string entries = "%%MatrixMarket matrix coordinate real general\n";
  return {
      {"array", array + "% a comment\n2 3\n1\n-2.5\n3e4\n0\n0x5\n6\n"},
      {"integers", "%%MatrixMarket matrix array integer general\n1 2\n16777217\n-3\n"},
      {"symmetric", "%%MatrixMarket matrix array real symmetric\n2 2\n1\n2\n3\n"},
      {"skew", "%%MatrixMarket matrix array real skew-symmetric\n2 2\n7\n"},
      {"entries", entries + "3 2 2\n1 1 5\n3 2 -1e-3\n"},
      {"pattern", "%%MatrixMarket matrix coordinate pattern symmetric\n3 3 2\n2 1\n3 3\n"},
      {"complex", "%%MatrixMarket matrix array complex general\n1 1\n1 2\n"},
      {"far", array + "3 1\n1600000000.5\n1600000001.25\n1600000002.125\n"},
      {"too-large", array + "1 1\n1e39\n"},
      {"cut-off", array + "2 2\n1\n2\n"},
      {"too-many", array + "1 1\n1\n2\n"},
      {"sizes-overflow", array + "9000000000 9000000000\n1\n"},
      {"sizes-beyond-file", array + "100000 100000\n1\n"},
      {"mostly-zeros", entries + "100000 100000 1\n1 1 1\n"},
      {"outside", entries + "2 2 1\n3 1 1\n"},
      {"no-sizes", array},
      {"no-banner", "1 2 3\n"},
      {"empty", ""},
  };
}

Seeds command_line_seeds() {
  return {
      {"numbers", "-5\n010\n1e3\n99999999999999999999\nnan\n0x10\n1.5 \n+1\n-0\n1e-400\n"},
      {"ivf", "ivf:target_recall=0.9\nivf:nlist=200,nprobe=8\nivf:nlist=\nivf:=3\nivf::\nivf:,\n"},
      {"hnsw", "hnsw:M=16,ef_construction=100,ef=40\nhnsw:target_recall=nan\n"},
      {"others",
       "flat\nflat:\nflat:a=1\nauto:target_recall=1\nnndescent:n_iters=5,max_candidates=9\n"},
      {"flags", "--seed=-5\n--threads\n2\n--index\nivf:nlist=auto,nprobe=8\n"},
      {"lists", "--n-neighbors\n5,10\n--n-neighbors=15\n--min-dist\n0,0.5,1e999\n"},
      {"devices", "--device\ncuda:x\n--metric\nl1\n--zero-vectors\nfar\n-q\n"},
      {"ends", "--\n--min-dist\n,\n--index\nhnsw:ef=\n\n"},
  };
}

}  // namespace nearfold::fuzz
