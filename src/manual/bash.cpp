#include "manual/texts.hpp"

namespace nearfold::manual {
namespace {

std::string joined(const std::vector<std::string>& words, const char* between) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : between) + word;
  return out;
}

/// What to offer as the value of an option or as an argument.
std::string offers(const Option& option) {
  std::string out;
  if (option.files) out += " files=-f";
  if (option.folders) out += " files=-d";
  if (!option.words.empty()) out += " words='" + joined(option.words, " ") + "'";
  if (option.list) out += " list=1";
  if (option.many) out += " many=1";
  return out;
}

std::string branch(const Page& page) {
  std::string flags, values;
  for (const Option& option : page.options()) {
    flags += joined(option.names, " ") + " ";
    if (option.takes_value() && !option.optional)
      values += "        " + joined(option.names, "|") + ") value=1" + offers(option) + " ;;\n";
    else if (option.optional)
      values += "        " + joined(option.names, "|") + ") optional=1" + offers(option) + " ;;\n";
  }
  std::string arguments;  // any of them, wherever the line stands
  for (const Option& argument : page.arguments) arguments += offers(argument);
  flags.pop_back();
  return "    " + page.command + ")\n      flags='" + flags + "'\n      case $flag in\n" + values +
         "        '')" + (arguments.empty() ? " :" : arguments) + " ;;\n      esac ;;\n";
}

// Readline has split the line at '=' and ':' as well; here words end at blanks alone.
constexpr const char* kBegin = R"bash(# bash completion for nearfold; made from its --help

# Of a command's options, or of the value of $flag ('' for arguments): $flags, $words, ...
_nearfold_table() {
  case $1 in
)bash";

constexpr const char* kEnd = R"bash(  esac
}

_nearfold_offer() {  # CURRENT
  local begin='' current=$1
  if [[ $list && $current == *,* ]]; then begin=${current%,*}, current=${current##*,}; fi
  COMPREPLY=()
  if [[ $words ]]; then mapfile -t COMPREPLY < <(compgen -P "$begin" -W "$words" -- "$current"); fi
  if [[ $files ]]; then
    local found
    mapfile -t found < <(compgen "$files" -- "$current")
    COMPREPLY+=("${found[@]}")
    compopt -o filenames 2>/dev/null
  fi
}

_nearfold() {
  local line=${COMP_LINE:0:COMP_POINT} typed flag='' flags='' words='' files='' list='' many=''
  local value='' optional='' at
  read -ra typed <<<"$line"
  if [[ $line == *[[:blank:]] ]]; then typed+=(''); fi
  local last=$((${#typed[@]} - 1))
  local current=${typed[last]} command=${typed[1]}
  COMPREPLY=()
  if ((last == 1)); then
    mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$current")
    return
  fi
  if [[ $current == --*=* ]]; then
    flag=${current%%=*}
    _nearfold_table "$command"
    if [[ $value || $optional ]]; then _nearfold_offer "${current#*=}"; fi
    return
  fi
  # The value of an option is due after it, or while it takes more of them.
  for ((at = last - 1; at > 1; --at)); do
    if [[ ${typed[at]} == -?* ]]; then break; fi
  done
  if ((at > 1)) && [[ ${typed[at]} != *=* ]]; then
    flag=${typed[at]}
    _nearfold_table "$command"
    if [[ $value ]] && { ((at == last - 1)) || [[ $many && $current != -* ]]; }; then
      _nearfold_offer "$current"
      return
    fi
  fi
  flag='' words='' files='' list=''
  _nearfold_table "$command"
  if [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$current")
  else
    _nearfold_offer "$current"
  fi
}

complete -F _nearfold nearfold
)bash";

}  // namespace

std::string bash_completion(const Manual& manual) {
  std::string out = kBegin, commands;
  for (const Page& page : manual.commands) {
    out += branch(page);
    commands += page.command + " ";
  }
  for (const Option& option : manual.front.options()) commands += joined(option.names, " ") + " ";
  std::string end = kEnd;
  const std::string named = "\"$commands\"";
  return out + end.replace(end.find(named), named.size(), "'" + commands + "'");
}

}  // namespace nearfold::manual
