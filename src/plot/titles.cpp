#include "plot/titles.hpp"

#include <algorithm>
#include <string_view>

#include "plot/names.hpp"

namespace nearfold {
namespace {

constexpr float kBelowTitle = 0.2f;  // sizes more from the last line to the map
constexpr float kMaxShrunk = 0.65f;  // of the titles of panels, before they are cut

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace

PanelTitles fit_titles(const std::vector<Panel>& panels, float room, const TextStyle& first,
                       const TextStyle& other) {
  PanelTitles titles{{}, first, other};
  float fitting = 1.0f;
  std::size_t most = 0;
  for (const Panel& panel : panels) {
    const auto lines = lines_of(panel.title);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const float wide = text_width(lines[i], i == 0 ? titles.first : titles.other);
      if (wide > room) fitting = std::min(fitting, room / wide);
    }
    most = std::max(most, lines.size());
  }
  fitting = std::max(fitting, kMaxShrunk);
  titles.first.size *= fitting;
  titles.other.size *= fitting;
  if (most > 0) {
    const float others = static_cast<float>(most - 1) * titles.other.size;
    titles.height = static_cast<int>(kTitleLine * (titles.first.size + others) +
                                     kBelowTitle * titles.first.size);
  }
  std::vector<std::string> firsts, rests;
  for (const Panel& panel : panels) {
    const std::size_t end = std::min(panel.title.find('\n'), panel.title.size());
    firsts.push_back(panel.title.substr(0, end));
    rests.push_back(panel.title.substr(end));
  }
  titles.texts = shortened(firsts, room, titles.first);
  for (std::size_t p = 0; p < panels.size(); ++p) titles.texts[p] += rests[p];
  return titles;
}

void add_panel_title(Scene& scene, const std::string& title, const Box& map,
                     const PanelTitles& titles) {
  const Spot middle{0.5f * static_cast<float>(map.left + map.right),
                    static_cast<float>(map.top - titles.height)};
  float top = middle.y;
  const TextStyle* style = &titles.first;
  for (const std::string_view line : lines_of(title)) {
    scene.texts.push_back(
        {std::string(line), {middle.x, top}, *style, static_cast<float>(map.width()), true});
    top += kTitleLine * style->size;
    style = &titles.other;
  }
}

}  // namespace nearfold
