// Aligned maps of several data sets.
#include "nearfold/aligned.hpp"

#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "arrays.hpp"
#include "bindings.hpp"
#include "callback.hpp"
#include "results.hpp"
#include "settings.hpp"

namespace nearfold::python {
namespace {

/// What the sets of a call look at; the dicts must live as long.
struct Sets {
  std::deque<std::string> metrics;
  std::deque<KnnGraphView> graphs;
  std::vector<AlignedSet> sets;

  /// {"points": array or None, "graph": dict, "map": array or None}
  void add(const nb::dict& given, const Settings& settings) {
    AlignedSet set{.params = std::get<UmapParams>(settings.method), .targets = settings.targets};
    if (!given["points"].is_none()) set.points = view(nb::cast<Floats2>(given["points"], false));
    set.graph = &graphs.emplace_back(
        graph_view(nb::cast<nb::dict>(given["graph"]), metrics.emplace_back()));
    if (!given["map"].is_none()) set.map = view(nb::cast<Floats2>(given["map"], false));
    sets.push_back(std::move(set));
  }
};

using Pairs = Array<std::int64_t, 2>;

Relation relation_of(const Pairs& pairs) {
  Relation out;
  for (std::size_t p = 0; p < pairs.shape(0); ++p)
    out.push_back({pairs.data()[2 * p], pairs.data()[2 * p + 1]});
  return out;
}

/// (maps or None, reports, what neighbouring sets share, the exception that stopped it or None)
nb::tuple embed_sets(const std::vector<nb::dict>& given, const std::vector<Pairs>& pairs,
                     double alignment_regularisation, int alignment_window_size,
                     const nb::object& callback) {
  Sets sets;
  Settings settings;
  for (const nb::dict& one : given) {
    Settings own = settings_of(nb::cast<nb::dict>(one["how"]));
    sets.add(one, own);
    if (sets.sets.size() == 1) settings = std::move(own);
  }
  settings.targets.clear();
  std::vector<Relation> relations;
  for (const Pairs& one : pairs) relations.push_back(relation_of(one));
  Callback asked(callback);
  AlignedResult result = [&] {
    const nb::gil_scoped_release released;
    return embed_aligned(sets.sets, relations, settings,
                         {alignment_regularisation, alignment_window_size}, asked.progress());
  }();
  nb::list maps, infos, related;
  bool has_maps = true;
  for (Result& map : result.maps) {
    has_maps = has_maps && map.layout.rows() > 0;
    infos.append(to_python(map.info));
    maps.append(to_numpy(std::move(map.layout)));
  }
  for (const Relatedness& one : result.related) {
    nb::dict out;
    out["rows"] = one.rows;
    out["similarity"] = one.similarity;
    out["distance"] = one.distance;
    related.append(out);
  }
  return nb::make_tuple(has_maps ? nb::object(maps) : nb::none(), infos, related, asked.raised());
}

}  // namespace

void bind_aligned(nb::module_& m) {
  m.def("embed_aligned", &embed_sets, nb::arg("sets"), nb::arg("relations"),
        nb::arg("alignment_regularisation"), nb::arg("alignment_window_size"),
        nb::arg("callback").none());
}

}  // namespace nearfold::python
