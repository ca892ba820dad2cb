#include "cli/index_spec.hpp"

#include <optional>
#include <sstream>
#include <utility>
#include <variant>

#include "cli/flags.hpp"
#include "knn/honours.hpp"
#include "nearfold/error.hpp"

namespace nearfold::cli {
namespace {

// ---- every method: its parameters by name
// ---------------------------------------------------------

template <class Visit>
void parameters(FlatKnn&, const Visit&) {}
template <class Visit>
void parameters(IvfKnn& p, const Visit& visit) {
  visit("nlist", p.nlist);
  visit("nprobe", p.nprobe);
  visit("target_recall", p.target_recall);
}
template <class Visit>
void parameters(HnswKnn& p, const Visit& visit) {
  visit("M", p.M);
  visit("ef_construction", p.ef_construction);
  visit("ef", p.ef);
  visit("target_recall", p.target_recall);
}
template <class Visit>
void parameters(NnDescentKnn& p, const Visit& visit) {
  visit("n_iters", p.n_iters);
  visit("max_candidates", p.max_candidates);
  visit("target_recall", p.target_recall);
}
template <class Visit>
void parameters(AutoKnn& p, const Visit& visit) {
  visit("target_recall", p.target_recall);
}

// ---- one parameter ------------------------------------------------------------------------------

template <class T>
void read(const std::string& text, T& value) {
  value = parse_number<T>(text);
}
template <class T>
void read(const std::string& text, std::optional<T>& value) {
  value = text == "auto" ? std::nullopt : std::optional<T>(parse_number<T>(text));
}

template <class T>
void write(std::ostream& out, const T& value) {
  out << value;
}
template <class T>
void write(std::ostream& out, const std::optional<T>& value) {
  value ? write(out, *value) : write(out, "auto");
}

/// Sets what "NAME=VALUE" says.
template <class Params>
void set_parameter(Params& params, const std::string& part, const std::string& spec) {
  const std::size_t equals = part.find('=');
  bool known = false;
  std::vector<std::string> names;
  parameters(params, [&](const char* name, auto& value) {
    names.emplace_back(name);
    if (equals == std::string::npos || part.substr(0, equals) != name) return;
    known = true;
    read(part.substr(equals + 1), value);
  });
  if (!known)
    throw InvalidParameter("'" + part + "' in '" + spec +
                           "' is no parameter of this index; it takes NAME=VALUE of " +
                           (names.empty() ? "none" : listed(names, "and")));
}

}  // namespace

const std::vector<std::string>& index_kinds() {
  static const std::vector<std::string> kinds = [] {
    std::vector<std::string> words;
    for_each_alternative<KnnParams>([&](const auto& p) { words.emplace_back(index_name(p)); });
    return words;
  }();
  return kinds;
}

KnnParams parse_index(const std::string& spec) {
  const std::size_t colon = spec.find(':');
  const std::string kind = spec.substr(0, colon);
  std::optional<KnnParams> found;
  for_each_alternative<KnnParams>([&](auto params) {
    if (index_name(params) != kind) return;
    std::istringstream parts(colon == std::string::npos ? "" : spec.substr(colon + 1) + ",");
    for (std::string part; std::getline(parts, part, ',');)  // "ivf:" names no parameter, either
      set_parameter(params, part, spec);
    found = params;
  });
  if (found) return *found;
  throw InvalidParameter("'" + spec + "' is no index; use one of " + listed(index_kinds(), "and"));
}

std::string index_spec(const KnnParams& params) {
  std::ostringstream out;
  out << std::visit([](const auto& p) { return index_name(p); }, params);
  const char* before = ":";
  KnnParams copy = params;
  std::visit(
      [&](auto& p) {
        parameters(p, [&](const char* name, const auto& value) {
          out << before << name << '=';
          write(out, value);
          before = ",";
        });
      },
      copy);
  return out.str();
}

}  // namespace nearfold::cli
