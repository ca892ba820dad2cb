#include "cli/option.hpp"

#include <CLI/CLI.hpp>

namespace nearfold::cli {

Flag& Flag::group(const std::string& heading) {
  option_->group(heading);
  return *this;
}

Flag& Flag::required(bool is) {
  option_->required(is);
  return *this;
}

Flag& Flag::default_str(const std::string& value) {
  option_->default_str(value);
  return *this;
}

Flag& Flag::type_name(const std::string& name) {
  option_->type_name(name);
  return *this;
}

Flag& Flag::excludes(Flag other) {
  option_->excludes(other.option_);
  return *this;
}

Flag& Flag::delimiter(char mark) {
  option_->delimiter(mark);
  return *this;
}

Flag& Flag::allow_extra_args(bool allow) {
  option_->allow_extra_args(allow);
  return *this;
}

Flag& Flag::check(const std::function<std::string(std::string&)>& fault) {
  option_->transform(CLI::Validator(fault, ""));
  return *this;
}

std::size_t Flag::count() const {
  return option_ == nullptr ? 0 : option_->count();
}

std::string Flag::get_name() const {
  return option_->get_name();
}

Flag option(CLI::App& app, const std::string& names, const std::string& help, const Takes& takes) {
  Flag added = app.add_option_function<std::string>(names, takes.set, help);
  if (takes.fault) added.check([fault = takes.fault](std::string& text) { return fault(text); });
  if (!takes.usual.empty()) added.default_str(takes.usual);
  if (!takes.type.empty()) added.type_name(takes.type);
  return added;
}

Flag list(CLI::App& app, const std::string& names, const std::string& help, const Takes& takes,
          const std::function<void()>& clear) {
  const auto set_all = [set = takes.set, clear](const std::vector<std::string>& words) {
    clear();
    for (const std::string& word : words) set(word);
  };
  Flag added = app.add_option_function<std::vector<std::string>>(names, set_all, help);
  return added.check([fault = takes.fault](std::string& text) { return fault(text); })
      .delimiter(',')
      .allow_extra_args(false)
      .default_str(takes.usual)
      .type_name(takes.type);
}

Flag text(CLI::App& app, const std::string& names, std::string& target, const std::string& help) {
  return app.add_option(names, target, help);
}

Flag texts(CLI::App& app, const std::string& names, std::vector<std::string>& target,
           const std::string& help) {
  return app.add_option(names, target, help);
}

Flag flag(CLI::App& app, const std::string& names, bool& target, const std::string& help) {
  return app.add_flag(names, target, help);
}

Flag flag(CLI::App& app, const std::string& names, std::string& target, const std::string& help) {
  return app.add_flag(names, target, help);
}

CLI::App& subcommand(CLI::App& app, const std::string& name, const std::string& help) {
  return *app.add_subcommand(name, help);
}

void on_parsed(CLI::App& command, const std::function<void()>& run) {
  command.callback(run);
}

Flag flag_named(CLI::App& app, const std::string& name) {
  return app.get_option(name);
}

std::vector<Flag> flags_of(CLI::App& app) {
  const std::vector<CLI::Option*> options = app.get_options();
  return {options.begin(), options.end()};
}

}  // namespace nearfold::cli
