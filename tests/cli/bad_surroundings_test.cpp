// What surrounds a run: the environment, names of files, texts that mean something to whoever shows
// them.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/terminal.hpp"
#include "support/bad_inputs.hpp"

namespace nearfold {
namespace {

class Surroundings : public BadInput {
 protected:
  /// As run(), with these variables set.
  Outcome run_in(const std::string& variables, const std::string& arguments) const {
    write("run.sh", "exec env " + variables + " " + std::string(NEARFOLD_TOOL) + " " + arguments);
    FILE* const pipe = popen(("sh " + path("run.sh") + " 2>&1").c_str(), "r");
    Outcome outcome{-1, ""};
    for (int c; (c = fgetc(pipe)) != EOF;) outcome.out.push_back(static_cast<char>(c));
    const int status = pclose(pipe);
    outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return outcome;
  }
};

TEST_F(Surroundings, NeverChangeTheMap) {  // 62, 63
  ASSERT_EQ(run(map_of("x.npy", "--index ivf")).code, kDone);
  const std::string wanted = bytes("y.npy");
  for (const char* variables :
       {"OMP_NUM_THREADS=garbage", "OMP_NUM_THREADS=0", "OMP_NUM_THREADS=99999",
        "LC_ALL=de_DE.UTF-8 LANG=de_DE.UTF-8", "LC_ALL=nonsense", "TERM=dumb", "-u TERM -u HOME",
        "-i", "TZ=nonsense"}) {
    expect_says(run_in(variables, map_of("x.npy", "--index ivf --min-dist 0.1")), kDone, {},
                variables);
    EXPECT_EQ(bytes("y.npy"), wanted) << variables;
  }
}

TEST_F(Surroundings, TextIsReadAlikeUnderEveryLocale) {  // 63
  write("a.csv", "1.5,2\n3,4.25\n5,6\n7,9\n");
  expect_says(run_in("LC_ALL=de_DE.UTF-8", "convert " + path("a.csv") + " -o " + path("c.npy")),
              kDone, {}, "de_DE");
  EXPECT_EQ(io::read_matrix(path("c.npy")).values(),
            (std::vector<float>{1.5F, 2, 3, 4.25F, 5, 6, 7, 9}));
}

TEST_F(Surroundings, ThreadsAreAllOrAsManyAsAskedFor) {  // 62
  ASSERT_EQ(run(map_of("x.npy", "--threads 0 --report " + path("r.json"))).code, kDone);
  EXPECT_GE(nlohmann::json::parse(bytes("r.json"))["threads"], 1);
  expect_refused(map_of("x.npy", "--threads 10000"), kUsage, {"threads is 10000", "[0, 1024]"});
}

TEST_F(Surroundings, FileNamesAreBytes) {  // 63
  const std::string name = "\xff \xc3\xbc \x1b[31m.npy";
  write(name, bytes("x.npy"));
  const Outcome map =
      run("embed '" + path(name) + "' --method umap --n-epochs 5 --plot " + path("p.svg") +
          " --report " + path("r.json") + " -o '" + path(name + ".map.npy") + "'");
  expect_says(map, kDone, {}, "a name that is no text");
  EXPECT_TRUE(exists(name + ".map.npy"));
  EXPECT_TRUE(nlohmann::json::accept(bytes("r.json")));
  const Outcome described = run("info --json '" + path(name) + "'");
  EXPECT_EQ(described.code, kDone) << described.out;
  EXPECT_TRUE(nlohmann::json::accept(described.out)) << described.out;
  const Outcome compared = run("compare '" + path(name) + "' --index flat --perplexity 5 " +
                               "--max-iter 5 --no-break-even --report " + path("c.json"));
  EXPECT_EQ(compared.code, kDone) << compared.out;
  EXPECT_TRUE(nlohmann::json::accept(bytes("c.json")));
}

TEST_F(Surroundings, NoControlCharacterReachesTheTerminal) {  // 64
  const std::string name = "\x1b]0;title\x07\x1b[31m\xc2\x9b.npy";
  write(name, bytes("x.npy"));
  write("l.txt", "\x1b[2J\n");
  for (const std::string& arguments :
       {map_of("absent" + name), map_of(name), "info '" + path(name) + "'",
        map_of("x.npy", "--labels " + path("l.txt") + " --plot " + path("p.png")),
        map_of("x.npy", "--metric '\x1b[31m'"), map_of("x.npy", "'--\x1b[31m'"),
        map_of("x.npy", "--device '\x1b[31m'"),
        "compare '" + path(name) + "' --index flat --perplexity 5 --max-iter 5 --no-break-even"}) {
    const Outcome o = run(arguments + " --progress plain");
    EXPECT_EQ(o.out.find('\x1b'), std::string::npos) << arguments;
    EXPECT_EQ(o.out.find('\x07'), std::string::npos) << arguments;
    EXPECT_EQ(o.out.find("\xc2\x9b"), std::string::npos) << arguments;
  }
}

TEST(ForTerminal, KeepsTextAndReplacesControl) {  // 64
  EXPECT_EQ(cli::for_terminal("a\tb\nü €😀"), "a\tb\nü €😀");
  EXPECT_EQ(cli::for_terminal("\x1b[31m\r\x7f"), "?[31m??");
  EXPECT_EQ(cli::for_terminal("\xc2\x9b|\xff|\xc3|\xe2\x82"), "??|?|?|??");
  EXPECT_EQ(cli::for_terminal("\xc0\x80\xed\xa0\x80\xf5"), "??????");  // not UTF-8
}

TEST_F(Surroundings, LabelsAreTextToEveryPicture) {  // 64
  std::string labels;
  for (int i = 0; i < 300; ++i)
    labels += i % 3 == 0 ? "</script><script>\n" : i % 3 == 1 ? "=cmd()&\"\n" : "\x1b[31m\xff\n";
  write("l.txt", labels);
  for (const char* picture : {"p.svg", "p.png"})
    expect_map(map_of("x.npy", "--labels " + path("l.txt") + " --plot " + path(picture)));
  const std::string svg = bytes("p.svg");
  EXPECT_NE(svg.find("&lt;/script&gt;"), std::string::npos);
  EXPECT_NE(svg.find("=cmd()&amp;&quot;"), std::string::npos);
  for (const char* bad : {"<script", "\x1b", "\xff"}) EXPECT_EQ(svg.find(bad), std::string::npos);
}

TEST_F(Surroundings, ALabelOfTenMegabytesIsShortened) {  // 64
  std::string labels = std::string(10'000'000, 'w') + "\n";
  for (int i = 1; i < 300; ++i) labels += "b\n";
  write("l.txt", labels);
  expect_map(map_of("x.npy", "--labels " + path("l.txt") + " --plot " + path("p.svg")));
  EXPECT_NE(bytes("p.svg").find("www…</text>"), std::string::npos);
  EXPECT_LT(bytes("p.svg").size(), 200'000);
}

TEST_F(Surroundings, ThousandsOfCategoriesKeepALegendThatFits) {  // 64
  run("generate uniform -n 5000 --dim 2 -o " + path("u.npy"));
  std::string labels;
  for (int i = 0; i < 5000; ++i) labels += "class " + std::to_string(i) + "\n";
  write("l.txt", labels);
  for (const char* picture : {"p.svg", "p.png"})
    expect_says(
        run("plot " + path("u.npy") + " --labels " + path("l.txt") + " -o " + path(picture)), kDone,
        {}, picture);
  EXPECT_NE(bytes("p.svg").find(">+ 4,883 more</text>"), std::string::npos);
}

}  // namespace
}  // namespace nearfold
