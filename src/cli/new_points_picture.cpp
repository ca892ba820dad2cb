#include "cli/new_points_picture.hpp"

#include <utility>
#include <vector>

#include "cli/picture_file.hpp"
#include "nearfold/surface.hpp"

namespace nearfold::cli {

void draw_new_points(const std::string& path, OutputMetric metric, HostMatrix<const float> map,
                     std::span<const float> added, const io::Labels& labels, UsualPicture usual,
                     const LookFlags& look, io::Overwrite overwrite) {
  std::vector<float> both(map.data(), map.data() + map.size());
  both.insert(both.end(), added.begin(), added.end());
  const std::int64_t all = std::ssize(both) / map.cols();
  const Matrix layout = flattened(metric, Matrix(all, map.cols(), std::move(both)));
  std::vector<std::int32_t> ids(static_cast<std::size_t>(map.rows()), -1);
  if (labels.ids.empty())
    ids.resize(static_cast<std::size_t>(all), 0);
  else
    ids.insert(ids.end(), labels.ids.begin(), labels.ids.end());
  const std::vector<std::string> names = {"new points"};
  const Picture picture{.panels = {{.layout = layout, .labels = ids}},
                        .names = labels.ids.empty() ? std::span(names) : std::span(labels.names),
                        .none = "points of the model"};
  usual.height = look.height_of_map(usual.width, map.cols());
  PlotOptions options = look.options(usual);
  // In a density old and new points would share their pixels.
  constexpr std::int64_t kMany = 1'000'000;
  if (options.style == PlotOptions::Style::automatic && all <= kMany)
    options.style = PlotOptions::Style::points;
  write_picture(path, picture, options, overwrite);
}

}  // namespace nearfold::cli
