// What the manual is written as: whole files, as text.
#pragma once

#include <string>

#include "manual/pages.hpp"

namespace nearfold::manual {

/// A man page, in roff with the man macros. `date`: as 2026-01-31, may be empty.
std::string man_page(const Manual& manual, const Page& page, const std::string& date);

std::string markdown_page(const Manual& manual, const Page& page);

std::string bash_completion(const Manual& manual);
std::string zsh_completion(const Manual& manual);
std::string fish_completion(const Manual& manual);

}  // namespace nearfold::manual
