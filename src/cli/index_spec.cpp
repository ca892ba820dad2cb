#include "cli/index_spec.hpp"

#include <functional>
#include <map>
#include <sstream>
#include <vector>

#include "cli/flags.hpp"
#include "nearfold/error.hpp"

namespace nearfold::cli {
namespace {

using Setters = std::map<std::string, std::function<void(const std::string&)>>;

template <class T>
std::function<void(const std::string&)> into(T& target) {
  return [&target](const std::string& text) { target = parse_number<T>(text); };
}
template <class T>
std::function<void(const std::string&)> into(std::optional<T>& target) {
  return [&target](const std::string& text) { target = parse_number<T>(text); };
}

std::string names_of(const Setters& setters) {
  std::string names;
  for (const auto& [name, set] : setters) names += (names.empty() ? "" : ", ") + name;
  return names.empty() ? "none" : names;
}

/// Sets what the parts after the first say.
void apply(const std::string& spec, const std::vector<std::string>& parts, const Setters& setters) {
  for (std::size_t p = 1; p < parts.size(); ++p) {
    const std::size_t equals = parts[p].find('=');
    const auto found = setters.find(parts[p].substr(0, equals));
    if (equals == std::string::npos || found == setters.end())
      throw InvalidParameter("'" + parts[p] + "' in '" + spec +
                             "' is no parameter of this index; it takes NAME=VALUE of " +
                             names_of(setters));
    found->second(parts[p].substr(equals + 1));
  }
}

}  // namespace

KnnParams parse_index(const std::string& spec) {
  std::vector<std::string> parts;
  std::istringstream stream(spec);
  for (std::string part; std::getline(stream, part, ':');) parts.push_back(part);
  const std::string kind = parts.empty() ? "" : parts[0];
  if (kind == "flat" || kind == "exact") {
    apply(spec, parts, {});
    return FlatKnn{};
  }
  if (kind == "ivf") {
    IvfKnn ivf;
    apply(spec, parts,
          {{"target", into(ivf.target_recall)},
           {"nlist", into(ivf.lists)},
           {"nprobe", into(ivf.probes)}});
    return ivf;
  }
  if (kind == "hnsw") {
    HnswKnn hnsw;
    apply(spec, parts,
          {{"target", into(hnsw.target_recall)},
           {"m", into(hnsw.links)},
           {"ef_construction", into(hnsw.ef_construction)},
           {"ef", into(hnsw.ef)}});
    return hnsw;
  }
  if (kind == "nndescent") {
    NnDescentKnn descent;
    apply(spec, parts,
          {{"target", into(descent.target_recall)},
           {"iterations", into(descent.iterations)},
           {"max_candidates", into(descent.max_candidates)}});
    return descent;
  }
  if (kind == "auto") {
    AutoKnn automatic;
    apply(spec, parts, {{"target", into(automatic.target_recall)}});
    return automatic;
  }
  throw InvalidParameter("'" + spec + "' is no index; use flat, ivf, hnsw, nndescent or auto");
}

}  // namespace nearfold::cli
