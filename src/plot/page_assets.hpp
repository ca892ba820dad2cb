// The page but for its title and data, put together from the folder page/ by cmake/page.cmake.
#pragma once

#include <string_view>

namespace nearfold {

extern const std::string_view kPageHead;  ///< up to the title
extern const std::string_view kPageBody;  ///< from there to the data
extern const std::string_view kPageEnd;

}  // namespace nearfold
