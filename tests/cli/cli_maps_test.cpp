// The tool as scripts use it: pictures and scores of maps, and what steers them.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "support/cli_run.hpp"

namespace nearfold {
namespace {

TEST_F(Cli, PlotDrawsAMap) {
  ASSERT_EQ(run(embed("")).code, 0);
  EXPECT_EQ(run("plot " + path("y.npy") + " -o " + path("p.png") +
                " --dark --style density --labels " + path("l.npy"))
                .code,
            0);
  EXPECT_EQ(bytes("p.png").substr(1, 3), "PNG");
  const Outcome wide = run("plot " + path("x.npy") + " -o " + path("q.png"));  // 5 columns
  EXPECT_EQ(wide.code, 0);
  EXPECT_NE(wide.out.find("the first two are drawn: --map-columns"), std::string::npos) << wide.out;
}

TEST_F(Cli, MapsOfAnyDimsAreWrittenDrawnScoredAndGrow) {
  for (const std::string dims : {"1", "5"}) {
    ASSERT_EQ(run(embed("--force --n-components " + dims + " --save-model " + path("m.nfm") +
                        " --plot " + path("p.svg")))
                  .code,
              0)
        << dims;
    EXPECT_EQ(run("plot " + path("y.npy") + " --force -o " + path("p.png")).code, 0);
    EXPECT_EQ(run("quality " + path("x.npy") + " " + path("y.npy")).code, 0);
    EXPECT_EQ(run("info " + path("m.nfm")).code, 0);
    EXPECT_EQ(
        run("transform " + path("m.nfm") + " " + path("x.npy") + " --force -o " + path("t.npy"))
            .code,
        0);
    EXPECT_EQ(bytes("t.npy"), bytes("y.npy"));
  }
  EXPECT_EQ(run("plot " + path("y.npy") + " --map-columns 0,2,4 -o " + path("v.svg")).code, 0);
  EXPECT_NE(bytes("v.svg").find("column 0 across, 2 up"), std::string::npos);
  const Outcome beyond =
      run(embed("--force --n-components 5 --map-columns 0,5 --plot " + path("p.svg")));
  EXPECT_EQ(beyond.code, 2);
  EXPECT_NE(beyond.out.find("--map-columns has column 5, and the map's are 0 to 4"),
            std::string::npos)
      << beyond.out;
}

TEST_F(Cli, APageTellsTheColumnsOfATable) {
  ASSERT_EQ(run(embed("")).code, 0);
  std::string table = "name,age,group\n";
  for (int i = 0; i < 300; ++i)
    table += "row " + std::to_string(i) + "," + (i == 7 ? "NA" : std::to_string(i)) + ",g\n";
  write("t.csv", table);
  const std::string plot = "plot " + path("y.npy") + " --hover-data " + path("t.csv") + " -o ";
  ASSERT_EQ(run(plot + path("p.html")).code, 0);
  const std::string page = bytes("p.html");
  EXPECT_NE(page.find("{\"name\":\"name\",\"type\":\"u16\",\"names\":[\"row 0\","),
            std::string::npos);
  EXPECT_NE(page.find("{\"name\":\"age\",\"type\":\"f32\",\"low\":"), std::string::npos);
  EXPECT_NE(page.find("{\"name\":\"group\",\"type\":\"u8\",\"names\":[\"g\"]"), std::string::npos);

  const auto refused = [&](const std::string& arguments, int code, const std::string& words) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, code) << outcome.out;
    EXPECT_NE(outcome.out.find(words), std::string::npos) << outcome.out;
  };
  refused(plot + path("p.png"), 2, "--hover-data is shown by a page");
  refused("plot " + path("y.npy") + " --width 300 -o " + path("q.html"), 2,
          "--width is of a picture");
  refused(embed("--force --plot " + path("q.html") + " --annotate"), 2,
          "--annotate is of a picture");
  write("t.csv", "name\na\nb\n");
  refused(embed("--force --plot " + path("q.html") + " --hover-data " + path("t.csv")), 3,
          "has 2 rows, and the map 300 points");
  refused(plot + path("q.html"), 3, "has 2 rows, and the map 300 points");
  refused("plot " + path("y.npy") + " --hover-data " + path("l.npy") + " -o " + path("q.html"), 3,
          "not a table of text");
  EXPECT_FALSE(exists("q.html"));
}

TEST_F(Cli, PlotDrawsSeveralMapsAsPngOrSvg) {
  ASSERT_EQ(run(embed("")).code, 0);
  const std::string plot = "plot " + path("y.npy") + " " + path("y.npy") + " --columns 2 ";
  ASSERT_EQ(run(plot + "--labels " + path("l.npy") + " -o " + path("p.png")).code, 0);
  EXPECT_EQ(bytes("p.png").substr(1, 3), "PNG");
  std::string values;
  for (int i = 0; i < 300; ++i) values += std::to_string(i) + "\n";
  write("v.csv", values);
  ASSERT_EQ(run(plot + "--values " + path("v.csv") + " -o " + path("p.svg")).code, 0);
  const std::string svg = bytes("p.svg");
  EXPECT_NE(svg.find(">y</text>"), std::string::npos);  // the title of a panel
  EXPECT_NE(svg.find(">\u2265 293</text>"), std::string::npos);
  EXPECT_NE(svg.find("width=\"1200\" height=\"600\""), std::string::npos);
  ASSERT_EQ(run(embed("--force --plot " + path("e.svg"))).code, 0);
  EXPECT_EQ(bytes("e.svg").substr(0, 5), "<?xml");
}

TEST_F(Cli, EveryPictureMayBeAPdf) {
  ASSERT_EQ(run(embed("--plot " + path("e.pdf"))).code, 0);
  ASSERT_EQ(run("plot " + path("y.npy") + " --style density -o " + path("p.pdf")).code, 0);
  ASSERT_EQ(run("compare " + path("x.npy") + " --index flat --perplexity 5 --max-iter 5" +
                " --no-break-even --plot " + path("c.pdf"))
                .code,
            0);
  ASSERT_EQ(run("grid " + path("x.npy") + " --n-epochs 5 --n-neighbors 4 --min-dist 0 -o " +
                path("g") + " --plot " + path("g.pdf"))
                .code,
            0);
  for (const char* picture : {"e.pdf", "p.pdf", "c.pdf", "g.pdf"})
    EXPECT_EQ(bytes(picture).substr(0, 5), "%PDF-") << picture;
  EXPECT_FALSE(exists("g/grid.png"));
}

TEST_F(Cli, EmbedTakesEveryFlagOfThePictureThatPlotTakes) {
  std::string values;
  for (int i = 0; i < 300; ++i) values += std::to_string(i) + "\n";
  write("v.csv", values);
  const std::string look =
      " --title T --subtitle S --style density --width 500 --height 400 --dark";
  for (const std::string& colors : {"--values " + path("v.csv") + " --vmin 0 --vmax 100",
                                    "--annotate --labels " + path("l.npy")}) {
    const std::string flags = colors + look;
    ASSERT_EQ(run(embed("--force --plot " + path("e.svg") + " " + flags)).code, 0) << flags;
    ASSERT_EQ(run("plot " + path("y.npy") + " --force -o " + path("p.svg") + " " + flags).code, 0);
    EXPECT_TRUE(bytes("e.svg") == bytes("p.svg")) << flags;
  }
  ASSERT_EQ(run("knn " + path("x.npy") + " -k 14 -o " + path("g.npz")).code, 0);
  ASSERT_EQ(run(embed("--force --title T --subtitle '' --edges --plot " + path("e.svg"))).code, 0);
  ASSERT_EQ(run("plot " + path("y.npy") + " --force --title T --edges --knn " + path("g.npz") +
                " -o " + path("p.svg"))
                .code,
            0);
  EXPECT_NE(bytes("e.svg").find("; lines join neighbours<"), std::string::npos);
  EXPECT_TRUE(bytes("e.svg") == bytes("p.svg"));
}

TEST_F(Cli, PicturesHaveTheNameOfTheDataAndHowTheMapWasMade) {
  ASSERT_EQ(run(embed("--n-neighbors 7 --spread 1.5 --plot " + path("e.svg"))).code, 0);
  EXPECT_NE(bytes("e.svg").find(">x</text>"), std::string::npos);
  EXPECT_NE(bytes("e.svg").find(">UMAP: n_neighbors 7, min_dist 0.1, spread 1.5, n_epochs 20; "
                                "euclidean, flat, "),
            std::string::npos)
      << bytes("e.svg").substr(bytes("e.svg").rfind("<g "));
  ASSERT_EQ(run("plot " + path("y.npy") + " -o " + path("p.svg")).code, 0);
  EXPECT_NE(bytes("p.svg").find(">y</text>"), std::string::npos);
  ASSERT_EQ(run("plot " + path("y.npy") + " --title '' --force -o " + path("p.svg")).code, 0);
  EXPECT_EQ(bytes("p.svg").find(">y</text>"), std::string::npos);
}

TEST_F(Cli, MapsOfThreeDimensionsAreDrawnFromTwoSides) {
  ASSERT_EQ(run(embed("--n-components 3 --plot " + path("e.svg"))).code, 0);
  ASSERT_EQ(run("plot " + path("y.npy") + " -o " + path("p.svg")).code, 0);
  for (const char* picture : {"e.svg", "p.svg"}) {
    EXPECT_NE(bytes(picture).find(">axis 3 across, 2 up</text>"), std::string::npos) << picture;
    EXPECT_NE(bytes(picture).find("width=\"1200\" height=\"720\""), std::string::npos) << picture;
  }
}

TEST_F(Cli, FlagsOfAPictureThatIsNotDrawnAreRefused) {
  const auto refused = [&](const std::string& line, const std::string& words) {
    const Outcome o = run(line);
    EXPECT_EQ(o.code, 2) << line;
    EXPECT_NE(o.out.find(words), std::string::npos) << o.out;
  };
  for (const char* flag :
       {"--title T", "--subtitle S", "--style points", "--annotate", "--width 500", "--height 500",
        "--dark", "--values v", "--vmin 0", "--vmax 1", "--edges"})
    refused(embed(flag), "give --plot, or leave it out");
  refused("compare " + path("x.npy") + " --dark", "give --plot");
  const std::string plot = "plot " + path("absent.npy") + " -o " + path("p.png");
  refused(plot + " --edges", "give it with --knn");
  refused(plot + " --knn g.npz", "give both, or neither");
  refused(plot + " --vmin 0", "--values");
  refused(plot + " --values v --vmin 2 --vmax 1", "--vmin is 2 and --vmax 1");
  refused(plot + " --values v --vmin inf", "finite");
  EXPECT_FALSE(exists("y.npy"));
}

TEST_F(Cli, WhatColoursAPictureMustBeOfItsPoints) {
  ASSERT_EQ(run(embed("")).code, 0);
  write("v.csv", "1\n2\n3\n");
  run("generate blobs -n 30 --dim 5 -o " + path("few.npy"));
  run("knn " + path("few.npy") + " -k 4 -o " + path("g.npz"));
  const std::string plot = "plot " + path("y.npy") + " -o " + path("p.png");
  for (const std::string& flag : {" --values " + path("v.csv"), " --labels " + path("v.csv"),
                                  " --edges --knn " + path("g.npz")}) {
    const Outcome o = run(plot + flag);
    EXPECT_EQ(o.code, 3) << flag;
    EXPECT_NE(o.out.find("300"), std::string::npos) << o.out;
    EXPECT_EQ(o.out.find("panel"), std::string::npos) << o.out;
  }
  EXPECT_NE(run(plot + " --annotate").out.find("give --labels"), std::string::npos);
  const Outcome o = run(embed("--force --plot " + path("p.png") + " --values " + path("v.csv")));
  EXPECT_EQ(o.code, 3);
  EXPECT_NE(o.out.find("3 values for 300 points"), std::string::npos) << o.out;
}

TEST_F(Cli, LettersBeyondAsciiAreDrawnAndPrinted) {
  ASSERT_EQ(run(embed("")).code, 0);
  std::string labels;
  for (int i = 0; i < 75; ++i) labels += "\u00e9\n\u00fc\n\u00f1\n\u795e\u7ecf\u5143\n";
  write("l.txt", labels);
  const std::string plot = "plot " + path("y.npy") + " --labels " + path("l.txt") +
                           " --title 'Gr\u00f6\u00dfe 5 \u00b5m' --annotate -o ";
  for (const std::string picture : {"p.svg", "p.png", "p.pdf"})
    ASSERT_EQ(run(plot + path(picture)).code, 0) << picture;
  for (const char* text :
       {"Gr\u00f6\u00dfe 5 \u00b5m", "\u00e9", "\u00fc", "\u00f1", "\u795e\u7ecf\u5143"})
    EXPECT_NE(bytes("p.svg").find(">" + std::string(text) + "</text>"), std::string::npos) << text;
  write("c.csv", "a,b\n1,2\n\u22121.5,3\n");
  const Outcome o = run("embed " + path("c.csv") + " -m umap -o " + path("o.npy"));
  EXPECT_EQ(o.code, 3);
  EXPECT_NE(o.out.find("\u22121.5"), std::string::npos) << o.out;
}

TEST_F(Cli, PicturesAreTheSameBytesInEveryProcess) {
  ASSERT_EQ(run(embed("")).code, 0);
  for (const std::string end : {".png", ".svg", ".pdf"}) {
    for (const char* style : {"points", "density"}) {
      const std::string plot = "plot " + path("y.npy") + " --force --style " + style + " -o ";
      ASSERT_EQ(run(plot + path("a" + end)).code, 0);
      ASSERT_EQ(run(plot + path("b" + end)).code, 0);
      EXPECT_TRUE(bytes("a" + end) == bytes("b" + end)) << style << end;
    }
  }
}

TEST_F(Cli, PlotTakesValuesFromAnArrayOfOneDimension) {
  ASSERT_EQ(run(embed("")).code, 0);
  const std::string plot = "plot " + path("y.npy") + " -o " + path("p.svg") + " --values ";
  ASSERT_EQ(run(plot + path("l.npy")).code, 0);
  EXPECT_NE(bytes("p.svg").find("<linearGradient "), std::string::npos);
  EXPECT_EQ(run(plot + path("x.npy") + " --force").code, 3);  // 5 columns
}

TEST_F(Cli, PlotRefusesWrongParametersBeforeAnythingIsRead) {
  const std::string plot = "plot " + path("absent.npy") + " -o ";
  for (const std::string& wrong :
       {path("p.jpg"), path("p.pdf.txt"), path("p.png") + " --width 63",
        path("p.png") + " --columns 0", path("p.png") + " --labels a --values b"}) {
    EXPECT_EQ(run(plot + wrong).code, 2) << wrong;
  }
  EXPECT_EQ(run(embed("--plot " + path("p.gif"))).code, 2);
  EXPECT_EQ(run("grid " + path("x.npy") + " -o " + path("g") + " --plot " + path("p.gif")).code, 2);
  EXPECT_FALSE(exists("y.npy"));
}

TEST_F(Cli, QualityScoresAMap) {
  ASSERT_EQ(run(embed("")).code, 0);
  const std::string files = "quality " + path("x.npy") + " " + path("y.npy");
  EXPECT_EQ(run(files + " --quiet").out, "");
  const Outcome o = run(files + " --progress none --labels " + path("l.npy"));
  ASSERT_EQ(o.code, 0) << o.out;
  for (const char* part : {"measure ", "knn_recall@10 ", " exact ", " +- 0.00", "silhouette "})
    EXPECT_NE(o.out.find(part), std::string::npos) << part << " in " << o.out;
  const std::string more = " --metric cosine --seed 7 --k 3,5 --k 20 --trustworthiness-k 9";
  ASSERT_EQ(run(files + " -q --report " + path("r.json") + more).code, 0);
  auto report = nlohmann::json::parse(bytes("r.json"));
  EXPECT_EQ(report["n"], 300);
  EXPECT_EQ(report["metric"], "cosine");
  EXPECT_EQ(report["seed"], 7);
  for (const char* name : {"knn_recall@3", "knn_recall@5", "knn_recall@20", "trustworthiness@9"}) {
    EXPECT_GT(report["scores"][name]["value"], 0.0) << name;
    EXPECT_EQ(report["scores"][name]["standard_error"], 0.0) << name;
    EXPECT_EQ(report["scores"][name]["sample"], 300) << name;
  }
  EXPECT_FALSE(report["scores"].contains("knn_recall@10"));
  auto printed = nlohmann::json::parse(run(files + " -q --json" + more).out);
  printed.erase("seconds");
  report.erase("seconds");
  EXPECT_EQ(printed, report);
}

TEST_F(Cli, QualitySamplesAsManyAsAskedFor) {
  ASSERT_EQ(run(embed("")).code, 0);
  const auto report = nlohmann::json::parse(
      run("quality " + path("x.npy") + " " + path("y.npy") +
          " --json -q --exact-below 299 --sample 40 --subset 50 --pairs 60 --label-k 2 --labels " +
          path("l.npy"))
          .out);
  const auto& scores = report["scores"];
  EXPECT_EQ(scores["knn_recall@10"]["sample"], 40);
  EXPECT_EQ(scores["silhouette"]["sample"], 40);
  EXPECT_EQ(scores["continuity@15"]["sample"], 50);
  EXPECT_EQ(scores["cpd_spearman"]["sample"], 60);
  EXPECT_GT(scores["knn_recall@10"]["standard_error"], 0.0);
}

TEST_F(Cli, QualityRefusesWhatItCannotScore) {
  ASSERT_EQ(run(embed("")).code, 0);
  const std::string files = "quality " + path("x.npy") + " " + path("y.npy");
  EXPECT_EQ(run(files + " --k 0").code, 2);
  EXPECT_EQ(run(files + " --k 5,many").code, 2);
  EXPECT_EQ(run(files + " --pairs 1").code, 2);
  const Outcome o = run(files + " --k 300");
  EXPECT_EQ(o.code, 3);
  EXPECT_NE(o.out.find("at most 299"), std::string::npos) << o.out;
  write("r.json", "precious");
  EXPECT_NE(run(files + " --report " + path("r.json")).code, 0);
  EXPECT_EQ(bytes("r.json"), "precious");
}

TEST_F(Cli, TargetsSteerAMap) {
  ASSERT_EQ(run(embed("")).code, 0);
  const std::string plain = bytes("y.npy");
  const std::string target = "--force --target " + path("l.npy");
  ASSERT_EQ(run(embed(target + " --report " + path("r.json"))).code, 0);
  const std::string steered = bytes("y.npy");
  EXPECT_NE(steered, plain);
  EXPECT_NE(bytes("r.json").find("\"target_metric\": \"categorical\""), std::string::npos);
  ASSERT_EQ(run(embed(target + " --threads 1 --save-model " + path("m.nfm"))).code, 0);
  EXPECT_EQ(bytes("y.npy"), steered);
  ASSERT_EQ(run(embed(target + " --target-metric l2")).code, 0);
  EXPECT_NE(bytes("y.npy"), steered);
  const Outcome update =
      run("update " + path("m.nfm") + " " + path("x.npy") + " -o " + path("u.nfm"));
  EXPECT_EQ(update.code, 2) << update.out;
  EXPECT_NE(update.out.find("targets steered this map"), std::string::npos) << update.out;
}

TEST_F(Cli, TargetsThatAreNotKnownAreMinusOneOrNothing) {
  std::string numbers, texts, gaps;
  for (int i = 0; i < 300; ++i) {
    numbers += i % 3 == 0 ? "-1\n" : std::to_string(i % 2) + "\n";
    texts += i % 3 == 0 ? "-1\n" : std::string(i % 2 == 0 ? "a" : "b") + "\n";
    gaps += i % 3 == 0 ? "NA\n" : std::string(i % 2 == 0 ? "a" : "b") + "\n";
  }
  std::string first;
  for (const std::string& labels : {numbers, texts, gaps}) {
    write("t.txt", labels);
    ASSERT_EQ(run(embed("--force --target " + path("t.txt") + " --report " + path("r.json"))).code,
              0);
    EXPECT_NE(bytes("r.json").find("\"known\": 200"), std::string::npos) << bytes("r.json");
    if (first.empty()) first = bytes("y.npy");
    EXPECT_EQ(bytes("y.npy"), first);
  }
}

TEST_F(Cli, TargetsWithoutEffectAreRefused) {
  const std::string target = "--force --target " + path("l.npy");
  for (const auto& [more, what] :
       {std::pair<std::string, std::string>{"--target-weight 0.3", "give --target"},
        {target + " --target-n-neighbors 5", "--target-metric l2"},
        {target + " --target-metric l2 --target-propagate", "--target-metric categorical"},
        {target + " --target-metric l2 categorical", "2 metrics for 1 target"},
        {target + " --target-weight 2", "--target-weight is 2"}}) {
    const Outcome outcome = run(embed(more));
    EXPECT_EQ(outcome.code, 2) << more << "\n" << outcome.out;
    EXPECT_NE(outcome.out.find(what), std::string::npos) << more << "\n" << outcome.out;
  }
  const Outcome tsne =
      run("embed " + path("x.npy") + " --method tsne -o " + path("y.npy") + " " + target);
  EXPECT_EQ(tsne.code, 2) << tsne.out;
  EXPECT_NE(tsne.out.find("--method is tsne"), std::string::npos) << tsne.out;
}

}  // namespace
}  // namespace nearfold
