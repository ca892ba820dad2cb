// Distinct texts of a column, and what they are as labels.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "io/io.hpp"

namespace nearfold::io {

/// Numbered in the order in which they appear.
struct Categories {
  std::vector<std::string> texts;
  std::vector<std::int32_t> ids;  ///< one a row

  void add(std::string text);

 private:
  std::unordered_map<std::string, std::int32_t> places_;
};

/// Labels: integers as they are, if all are whole numbers in the range of int32; other texts
/// numbered in sorted order; what is missing is -1. InvalidInput for more than 100 numbers
/// that are not all whole; `where` names the file in it.
Labels labels_of(const Categories& categories, const std::string& where);

}  // namespace nearfold::io
