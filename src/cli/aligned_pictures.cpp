#include "cli/aligned_pictures.hpp"

#include <cmath>
#include <cstdio>
#include <utility>

#include "cli/folder.hpp"
#include "cli/picture_file.hpp"
#include "core/stopping.hpp"

namespace nearfold::cli {
namespace {

Matrix rows_of_all(const std::vector<Matrix>& maps) {
  std::vector<float> values;
  std::int64_t rows = 0;
  for (const Matrix& map : maps) {
    values.insert(values.end(), map.values().begin(), map.values().end());
    rows += map.rows();
  }
  return Matrix(rows, maps[0].cols(), std::move(values));
}

Panel panel_of(const AlignedMaps& all, std::size_t s, HostMatrix<const float> places) {
  Panel panel{.layout = places, .title = all.titles[s]};
  if (!all.labels.empty()) panel.labels = all.labels[s].ids;
  return panel;
}

/// The points of a map, those with a counterpart on their way to it.
Matrix moved(const AlignedMaps& all, std::size_t from, std::size_t to, double share) {
  Matrix out = all.maps[from];
  const Matrix& other = all.maps[to];
  for (const RelatedRows& pair : all.relations[std::min(from, to)]) {
    const std::int64_t row = from < to ? pair.row : pair.next;
    const std::int64_t there = from < to ? pair.next : pair.row;
    for (std::int64_t c = 0; c < out.cols(); ++c)
      out.row(row)[c] = static_cast<float>((1 - share) * static_cast<double>(out.row(row)[c]) +
                                           share * static_cast<double>(other.row(there)[c]));
  }
  return out;
}

}  // namespace

void draw_aligned(const std::string& path, const AlignedMaps& all, const PlotOptions& options,
                  io::Overwrite overwrite) {
  const Matrix window = rows_of_all(all.maps);
  Picture picture{.columns = static_cast<int>(std::ceil(std::sqrt(all.maps.size()))),
                  .names = all.names,
                  .window = window};
  for (std::size_t s = 0; s < all.maps.size(); ++s)
    picture.panels.push_back(panel_of(all, s, all.maps[s]));
  write_picture(path, picture, options, overwrite);
}

std::size_t draw_frames(const std::string& folder, const AlignedMaps& all, int between,
                        const PlotOptions& options, io::Overwrite overwrite) {
  const Matrix window = rows_of_all(all.maps);
  const std::size_t last = (all.maps.size() - 1) * static_cast<std::size_t>(between);
  make_folder(folder);
  for (std::size_t f = 0; f <= last; ++f) {
    throw_if_stopped(static_cast<double>(f) / static_cast<double>(last + 1));
    const std::size_t first = std::min(f / static_cast<std::size_t>(between), all.maps.size() - 2);
    const double t = static_cast<double>(f) / between - static_cast<double>(first);
    const double share = t * t * (3 - 2 * t);
    const std::size_t own = t < 0.5 ? first : first + 1, other = t < 0.5 ? first + 1 : first;
    const Matrix places = moved(all, own, other, t < 0.5 ? share : 1 - share);
    const Picture picture{
        .panels = {panel_of(all, own, places)}, .names = all.names, .window = window};
    char name[32];
    std::snprintf(name, sizeof name, "/%04zu.png", f);
    write_picture(folder + name, picture, options, overwrite);
  }
  return last + 1;
}

}  // namespace nearfold::cli
