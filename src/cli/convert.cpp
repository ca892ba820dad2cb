// nearfold convert: points of any format as .npy, float32, reduced to principal components if
// wanted.
#include <cstdio>
#include <memory>

#include "cli/commands.hpp"
#include "cli/flags.hpp"
#include "cli/inputs.hpp"
#include "io/io.hpp"

namespace nearfold::cli {
namespace {

struct Options {
  Common common;
  PointFlags points;
  std::string output;
};

void run(const Options& o) {
  io::check_writable(o.output, o.common.overwrite());
  const Matrix points = o.points.read_points(o.common.cpu());
  io::write_npy(o.output, points, o.common.overwrite());
  if (!o.common.quiet)
    std::fprintf(stderr, "%lld x %lld, float32\n", static_cast<long long>(points.rows),
                 static_cast<long long>(points.cols));
}

}  // namespace

void add_convert(CLI::App& app) {
  CLI::App& command =
      *app.add_subcommand("convert", "Write points as .npy, or fewer columns of them");
  const auto o = std::make_shared<Options>();
  o->points.add_points(command)->required();
  text(command, "-o,--output", o->output, "Points, .npy, float32")->required();
  o->common.add(command);
  command.callback([o] { run(*o); });
}

}  // namespace nearfold::cli
