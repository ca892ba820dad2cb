// The command line's own grammar: numbers, lists of numbers, index specs, and flags. The input is
// the words, one a line.
#include <sstream>
#include <string>
#include <variant>
#include <vector>

#include "cli/arguments.hpp"
#include "cli/flags.hpp"
#include "cli/index_spec.hpp"
#include "fuzz.hpp"

namespace nearfold {
namespace {

/// Runs the action; refusals are those that main() turns into exit code 2.
template <class Action>
void unless_refused(const Action& action) {
  try {
    action();
  } catch (const CLI::ParseError&) {
  } catch (const InvalidParameter&) {
  }
}

template <class T>
void check_number(const std::string& word) {
  unless_refused([&] {
    const T value = cli::parse_number<T>(word);
    fuzz::require(value == value, "a number is not NaN");
    fuzz::require(!word.empty() && word[0] != ' ' && word[0] != '+', "numbers are read whole");
  });
}

void parse_flags(std::vector<std::string> words) {
  CLI::App app("fuzz");
  cli::Conditions conditions;
  cli::Common common;
  cli::IndexFlags index;
  std::vector<int> neighbors;
  std::vector<double> distances;
  common.add(app, conditions);
  index.add(app, conditions, [] { return ""; });
  cli::numbers(app, "--n-neighbors", neighbors, "");
  cli::numbers(app, "--min-dist", distances, "");
  std::vector<std::string> line = words;
  line.insert(line.begin(), "fuzz");
  cli::require_known(app, line);
  std::reverse(words.begin(), words.end());  // as CLI11 wants them
  app.parse(std::move(words));
  conditions.check();
  validate({.knn = index.params(), .distance = index.distance(), .device = common.processor()});
}

}  // namespace
}  // namespace nearfold

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nearfold;
  std::istringstream lines(std::string(reinterpret_cast<const char*>(data), size));
  std::vector<std::string> words;
  for (std::string line; std::getline(lines, line);) words.push_back(line);
  for (const std::string& word : words) {
    check_number<int>(word);
    check_number<std::uint64_t>(word);
    check_number<double>(word);
    unless_refused([&] { cli::parse_index(word); });
  }
  unless_refused([&] { parse_flags(words); });
  return 0;
}
