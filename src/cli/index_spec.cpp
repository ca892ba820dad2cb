#include "cli/index_spec.hpp"

#include <optional>
#include <sstream>
#include <utility>
#include <variant>

#include "cli/flags.hpp"
#include "nearfold/error.hpp"

namespace nearfold::cli {
namespace {

// ---- every method: its word, and its parameters by name -----------------------------------------

const char* word_of(const FlatKnn&) {
  return "flat";
}
const char* word_of(const IvfKnn&) {
  return "ivf";
}
const char* word_of(const HnswKnn&) {
  return "hnsw";
}
const char* word_of(const NnDescentKnn&) {
  return "nndescent";
}
const char* word_of(const AutoKnn&) {
  return "auto";
}

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

template <std::size_t... I>
std::vector<KnnParams> defaults(std::index_sequence<I...>) {
  return {KnnParams{std::in_place_index<I>}...};
}
/// One of each method, in the order of the variant.
std::vector<KnnParams> every_method() {
  return defaults(std::make_index_sequence<std::variant_size_v<KnnParams>>{});
}

std::string word_of_method(const KnnParams& params) {
  return std::visit([](const auto& p) -> std::string { return word_of(p); }, params);
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

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text.empty() ? "none" : text;
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
                           joined(names));
}

}  // namespace

const std::vector<std::string>& index_kinds() {
  static const std::vector<std::string> kinds = [] {
    std::vector<std::string> words;
    for (const KnnParams& params : every_method()) words.push_back(word_of_method(params));
    return words;
  }();
  return kinds;
}

KnnParams parse_index(const std::string& spec) {
  const std::size_t colon = spec.find(':');
  const std::string kind = spec.substr(0, colon);
  for (KnnParams& params : every_method()) {
    if (word_of_method(params) != kind) continue;
    if (colon == std::string::npos) return params;
    std::istringstream parts(spec.substr(colon + 1) + ",");  // "ivf:" names no parameter, either
    for (std::string part; std::getline(parts, part, ',');)
      std::visit([&](auto& p) { set_parameter(p, part, spec); }, params);
    return params;
  }
  throw InvalidParameter("'" + spec + "' is no index; use one of " + joined(index_kinds()));
}

std::string index_spec(const KnnParams& params) {
  std::ostringstream out;
  out << word_of_method(params);
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
