// The maps of one panel: one, or of three dimensions two views of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plot/drawn.hpp"
#include "plot/picture.hpp"
#include "plot/scene.hpp"

namespace nearfold {

inline constexpr int kSmallestMap = 16;  ///< pixels a side

/// Maps drawn of a panel.
inline int views_of(const Panel& panel, const PlotOptions& options) {
  return drawn_columns(panel, options).size() == 3 ? 2 : 1;
}

/// Adds the maps of `panel`, which fill `box`, without colours; views are named in `style`.
/// `window` as of Picture. Returns how many points are beyond their borders.
std::int64_t add_maps(Scene& scene, const Panel& panel, HostMatrix<const float> window,
                      const PlotOptions& options, const Box& box, bool framed,
                      const TextStyle& style);

/// The caption below all maps: how many points they have, and what may surprise.
std::string caption(const std::vector<Panel>& panels, const PlotOptions& options,
                    std::int64_t outside, std::int64_t names_without_room);

}  // namespace nearfold
