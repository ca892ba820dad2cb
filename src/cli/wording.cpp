#include "cli/wording.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "cli/index_spec.hpp"

namespace nearfold::cli {
namespace {

struct Phrase {
  std::string_view library, tool;
};

/// Remedies and limits that the library knows as calls and fields.
constexpr std::array kPhrases = {
    Phrase{"pca(points, 50)", "--pca 50"},
    Phrase{"pca(points, 100)", "--pca 100"},
    Phrase{"pca wants", "--pca asks for"},
    Phrase{"fill in the values", "fill in nan by --missing mean, the mean of the column"},
    Phrase{"choose zero vectors as far", "use --zero-vectors far"},
    Phrase{"use device cpu", "use --device cpu"},
    Phrase{"make one of these ranges", "make it by nearfold knn with these --queries and --data"},
    Phrase{"merge them with these cells", "give them with --cells"},
    Phrase{"train them with these", "train them by nearfold knn --save-cells"},
    Phrase{"the limit given", "--memory-limit"},
    Phrase{"a and b describe one curve", "--a and --b describe one curve"}};

/// Fields whose flags are called otherwise, by command.
struct Renamed {
  std::string_view command, field, flag;
};
constexpr std::array kRenamed = {Renamed{"knn", "k", "-k"},
                                 Renamed{"knn-merge", "k", "-k"},
                                 Renamed{"compare", "k", "--neighbors"},
                                 Renamed{"quality", "ks", "-k"},
                                 Renamed{"quality", "rows", "--sample"},
                                 Renamed{"generate", "n", "--points"},
                                 Renamed{"generate", "spread", "--std"}};

std::string flag_of(const std::string& field, const CLI::App& command) {
  for (const Renamed& renamed : kRenamed)
    if (command.get_name() == renamed.command && field == renamed.field)
      return std::string(renamed.flag);
  std::string flag = "--" + field;
  std::replace(flag.begin(), flag.end(), '_', '-');
  if (field.size() > 1 && command.get_option_no_throw(flag) != nullptr) return flag;
  const bool of_index =
      !index_kinds_with(field).empty() && command.get_option_no_throw("--index") != nullptr;
  return of_index ? field + " of --index" : field;
}

bool in_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// A field is the subject of a message, as in "perplexity is 1", or a word no prose has.
bool is_field(std::string_view word, std::string_view before, std::string_view after) {
  const bool subject =
      before.empty() && (after.starts_with(" is ") || after.starts_with(" holds "));
  const bool part = before.ends_with('-') || after.starts_with('-') || before.ends_with('=');
  return subject || (word.find('_') != std::string_view::npos && !part);
}

}  // namespace

std::string in_flags(std::string message) {
  for (const Phrase& phrase : kPhrases)
    if (const std::size_t at = message.find(phrase.library); at != std::string::npos)
      message.replace(at, phrase.library.size(), phrase.tool);
  return message;
}

std::string in_flags(const std::string& message, const CLI::App& app) {
  const std::vector<const CLI::App*> commands =
      app.get_subcommands([](const CLI::App* command) { return command->parsed(); });
  const std::string text = in_flags(message);
  if (commands.empty()) return text;
  std::string out;
  bool quoted = false;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && in_word(text[end])) ++end;
    if (end == at) {
      if (text[at] == '\'') quoted = !quoted;
      out += text[at++];
      continue;
    }
    const std::string word = text.substr(at, end - at);
    const std::string_view all = text;
    out += !quoted && is_field(word, all.substr(0, at), all.substr(end))
               ? flag_of(word, *commands[0])
               : word;
    at = end;
  }
  const CLI::Option* const k = commands[0]->get_option_no_throw("-k");
  const bool by_k = k != nullptr && k->count() > 0;  // and said as what it is turned into
  return by_k && out.find("--n-neighbors is ") != std::string::npos ? out + " (-k is one less)"
                                                                    : out;
}

}  // namespace nearfold::cli
