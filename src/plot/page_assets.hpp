// The page but for its title and data, put together from the folder page/ by cmake/page.cmake.
#pragma once

#include <string_view>

namespace nearfold {

std::string_view page_head();  ///< up to the title
std::string_view page_body();  ///< from there to the data
std::string_view page_end();

}  // namespace nearfold
