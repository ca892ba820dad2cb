// The titles above the maps of a picture: in one size, and as high as the highest of them.
#pragma once

#include <string>
#include <vector>

#include "plot/picture.hpp"
#include "plot/scene.hpp"
#include "plot/text.hpp"

namespace nearfold {

/// From one line of a title to the next, in sizes of its text.
inline constexpr float kTitleLine = 1.2f;

/// How the titles of panels are written.
struct PanelTitles {
  std::vector<std::string> texts;  ///< of each panel, their first lines shortened to the room
  TextStyle first;                 ///< line
  TextStyle other;
  int height = 0;  ///< pixels, of the one with the most lines
};

/// The styles given, smaller where a line of any panel would be wider than `room` pixels. First
/// lines that are then still too long are shortened so that they stay different.
PanelTitles fit_titles(const std::vector<Panel>& panels, float room, const TextStyle& first,
                       const TextStyle& other);

/// Adds the title of the panel whose map is in `map`, above it; lines still too long are cut.
void add_panel_title(Scene& scene, const std::string& title, const Box& map, const PanelTitles&);

}  // namespace nearfold
