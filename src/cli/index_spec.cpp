#include "cli/index_spec.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <sstream>
#include <utility>
#include <variant>

#include "cli/flags.hpp"
#include "cli/words.hpp"
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
  visit("faiss", p.faiss);
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

void read(const std::string& text, bool& value) {
  if (text != "true" && text != "false")
    throw InvalidParameter("'" + text + "' is neither true nor false");
  value = text == "true";
}

/// What is off goes without saying.
bool is_said(bool value) {
  return value;
}
template <class T>
bool is_said(const T&) {
  return true;
}

void write(std::ostream& out, bool value) {
  out << (value ? "true" : "false");
}
template <class T>
void write(std::ostream& out, const T& value) {
  out << value;
}
template <class T>
void write(std::ostream& out, const std::optional<T>& value) {
  value ? write(out, *value) : write(out, "auto");
}

/// Sets what "NAME=VALUE" says, and returns NAME.
template <class Params>
std::string set_parameter(Params& params, const std::string& part, const std::string& spec) {
  const std::size_t equals = part.find('=');
  std::vector<std::string> names;
  parameters(params, [&](const char* name, auto&) { names.emplace_back(name); });
  const std::string word = part.substr(0, equals);
  const auto known = equals == std::string::npos ? std::nullopt : meant(word, names);
  if (!known)
    throw InvalidParameter(
        "'" + part + "' in '" + spec + "' is no parameter of this index; it takes NAME=VALUE of " +
        (names.empty() ? "none" : listed(names, "and")) + did_you_mean(word, names));
  parameters(params, [&](const char* name, auto& value) {
    if (name == *known) read(part.substr(equals + 1), value);
  });
  return *known;
}

// What is searched for instead of a target: it leaves that without effect.
const char* instead_of_target(const FlatKnn&) {
  return nullptr;
}
const char* instead_of_target(const IvfKnn& p) {
  return p.nprobe ? "nprobe" : nullptr;
}
const char* instead_of_target(const HnswKnn& p) {
  return p.ef ? "ef" : nullptr;
}
const char* instead_of_target(const NnDescentKnn& p) {
  return p.n_iters ? "n_iters" : nullptr;
}
const char* instead_of_target(const AutoKnn&) {
  return nullptr;
}

template <class Params>
void refuse_without_effect(const Params& params, const std::vector<std::string>& given,
                           const std::string& spec) {
  const char* const set = instead_of_target(params);
  if (set != nullptr && std::count(given.begin(), given.end(), "target_recall") > 0)
    throw InvalidParameter("'" + spec + "' sets '" + set +
                           "' and 'target_recall', which would find it; leave one of them out");
}

}  // namespace

std::string index_type() {
  return in_braces(index_kinds()) + "[:NAME=VALUE,...]";
}

const std::vector<std::string>& index_kinds() {
  static const std::vector<std::string> kinds = [] {
    std::vector<std::string> words;
    for_each_alternative<KnnParams>([&](const auto& p) { words.emplace_back(index_name(p)); });
    return words;
  }();
  return kinds;
}

namespace {

/// What other programs call them.
struct Alias {
  const char *word, *kind;
};
constexpr std::array kAliases = {Alias{"exact", "flat"}, Alias{"brute", "flat"},
                                 Alias{"brute_force", "flat"}, Alias{"pynndescent", "nndescent"}};

/// The kind that a word names; empty where it names none.
std::string kind_named(const std::string& word) {
  for (const Alias& alias : kAliases)
    if (meant(word, {alias.word})) return alias.kind;
  return meant(word, index_kinds()).value_or("");
}

}  // namespace

std::vector<std::string> index_kinds_with(const std::string& parameter) {
  std::vector<std::string> kinds;
  for_each_alternative<KnnParams>([&](auto params) {
    parameters(params, [&](const char* name, auto&) {
      if (meant(parameter, {name})) kinds.emplace_back(index_name(params));
    });
  });
  return kinds;
}

KnnParams parse_index(const std::string& spec) {
  const std::size_t colon = spec.find(':');
  const std::string word = spec.substr(0, colon);
  const std::string kind = kind_named(word);
  std::optional<KnnParams> found;
  for_each_alternative<KnnParams>([&](auto params) {
    if (index_name(params) != kind) return;
    std::istringstream parts(colon == std::string::npos ? "" : spec.substr(colon + 1) + ",");
    std::vector<std::string> given;
    for (std::string part; std::getline(parts, part, ',');)  // "ivf:" names no parameter, either
      given.push_back(set_parameter(params, part, spec));
    refuse_without_effect(params, given, spec);
    found = params;
  });
  if (found) return *found;
  throw InvalidParameter("'" + spec + "' is no index; use one of " + listed(index_kinds(), "and") +
                         did_you_mean(word, index_kinds()));
}

std::string index_spec(const KnnParams& params) {
  std::ostringstream out;
  out << std::visit([](const auto& p) { return index_name(p); }, params);
  const char* before = ":";
  KnnParams copy = params;
  std::visit(
      [&](auto& p) {
        parameters(p, [&](const char* name, const auto& value) {
          if (!is_said(value)) return;
          out << before << name << '=';
          write(out, value);
          before = ",";
        });
      },
      copy);
  return out.str();
}

}  // namespace nearfold::cli
