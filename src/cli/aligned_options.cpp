#include "cli/aligned_options.hpp"

#include <cmath>
#include <filesystem>

#include "cli/folder.hpp"
#include "cli/picture_file.hpp"
#include "cli/terminal.hpp"
#include "nearfold/error.hpp"

namespace nearfold::cli {
namespace {

constexpr int kAlignedMap = 480, kFrame = 640;  // pixels of a map of several, and of one frame

}  // namespace

Settings AlignedCommand::settings() const {
  Settings s{.knn = index.params(),
             .distance = index.distance(),
             .method = with(umap, shared),
             .dims = dims,
             .seed = common.seed,
             .device = common.processor()};
  if (init == "pca") s.init = PcaInit{};
  if (init == "random") s.init = RandomInit{};
  if (budget.memory_limit != "auto") s.memory_limit = budget.limit().bytes;
  validate(s);
  return s;
}

PlotOptions AlignedCommand::picture() const {
  const int across = static_cast<int>(std::ceil(std::sqrt(inputs.size())));
  const int down = (static_cast<int>(inputs.size()) - 1) / across + 1;
  return look.options({.title = "UMAP of " + std::to_string(inputs.size()) + " sets, aligned",
                       .width = kAlignedMap * across + 120,
                       .height = look.height_of_map(kAlignedMap, dims) * down + 120});
}

void AlignedCommand::check() const {
  if (inputs.size() < 2)
    throw InvalidParameter("one set is aligned with nothing; give two or more, or use embed");
  if (relations.size() != 1 && relations.size() + 1 != inputs.size())
    throw InvalidParameter("--relations has " + std::to_string(relations.size()) + " for " +
                           std::to_string(inputs.size()) + " sets; give one for all, or " +
                           std::to_string(inputs.size() - 1) + ", one between each and the next");
  if (!labels.empty() && labels.size() != inputs.size())
    throw InvalidParameter("--labels has " + std::to_string(labels.size()) + " files for " +
                           std::to_string(inputs.size()) + " sets; give one for each");
  if (frames < 0)
    throw InvalidParameter("--frames is " + std::to_string(frames) + ", and must be >= 0");
  if (is_page(plot))
    throw InvalidParameter("'" + plot +
                           "' is a page, which has no common scale; draw .png, .svg or .pdf");
  look.check(picture_file());
  look.check_columns(dims);
  look.check_labels(!labels.empty() || !reading.label_column.empty());
  check_picture_path(picture_file(), picture());
}

PlotOptions AlignedCommand::frame() const {
  PlotOptions one = picture();
  one.width = look.width.value_or(kFrame);
  one.height = look.height.value_or(look.height_of_map(kFrame, dims));
  return one;
}

std::string AlignedCommand::stem(std::size_t set) const {
  return for_terminal(std::filesystem::path(inputs[set]).stem().string());
}

std::string AlignedCommand::map_file(std::size_t set, bool finished) const {
  const std::string path = output + "/" + std::to_string(set) + "-" +
                           std::filesystem::path(inputs[set]).stem().string() + ".npy";
  return finished ? path : partial_of(path);
}

void AlignedCommand::add(CLI::App& command) {
  texts(command, "input", inputs,
        "Points of each set, in their order: files as `nearfold embed` reads them")
      ->type_name(kFile)
      ->required();
  texts(command, "--relations", relations,
        "Between each set and the next, or one for all: same, for equal row numbers, or a file of "
        "two columns, a row and the row of the next set, both from 0")
      ->type_name(std::string("same|") + kFile)
      ->required();
  folder_path(command, "-o,--output", output,
              "Folder: a map of each set, report.json, aligned.png, frames")
      ->required();
  number(command, "--alignment-regularisation,--alignment-regularization",
         params.alignment_regularisation, "How strongly related rows pull each other; 0: not");
  number(command, "--alignment-window-size", params.alignment_window_size,
         "How many sets before and behind a set pull it");
  texts(command, "--labels", labels, "Labels of each set's points, for the pictures")
      ->type_name(kFile);
  file_path(command, "--plot", plot, "Picture instead of aligned.png: .png, .svg or .pdf");
  number(command, "--frames", frames,
         "Pictures from each map to the next, in the folder frames, for a film");
  look.add(command);
  number(command, "--n-components,--dims", dims, "Columns of the maps: 1 to 100");
  choice(command, "--init", init, {"spectral", "pca", "random"},
         "Initial layouts, which are turned to lie near each other");
  number(command, "--learning-rate,--lr", shared.learning_rate, "Step size; auto is 1");
  number(command, "--n-epochs,--max-iter,--n-iter", shared.iterations,
         "Epochs, the same for all sets; auto is 200");
  add_neighbors_flag(command, shared);
  add_flags(command, conditions, umap, Varied::none);
  reading.add_reading(command);
  reading.add_label_column(command);
  number(command, "--pca", reading.pca, "Reduce each set to this many principal components first")
      ->default_str("no");
  index.add(command, conditions, [] { return ""; });
  budget.add(command);
  common.add(command, conditions);
}

}  // namespace nearfold::cli
