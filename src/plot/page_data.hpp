// Text and numbers as a page can hold them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nearfold {

/// For HTML outside of scripts.
std::string html_text(std::string_view text);

/// A string of JSON that stands in an HTML script: no "<" is left in it.
std::string json_text(std::string_view text);

/// Of JSON; null for what is not finite.
std::string json_number(double value);

/// "[a,b]" of what is JSON already.
std::string json_list(const std::vector<std::string>& items);

/// Little-endian, as every machine is that this runs on.
std::string base64(std::string_view bytes);

template <class T>
std::string base64_of(const std::vector<T>& values) {
  return base64({reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)});
}

}  // namespace nearfold
