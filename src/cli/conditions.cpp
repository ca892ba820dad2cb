#include "cli/conditions.hpp"

#include "nearfold/error.hpp"

namespace nearfold::cli {

void Conditions::check() const {
  for (const Flags& flags : flags_)
    for (const Flag option : flags.options)
      if (const std::string why = option->count() > 0 ? flags.why_not() : ""; !why.empty())
        throw InvalidParameter(option->get_name() + " " + why);
}

}  // namespace nearfold::cli
