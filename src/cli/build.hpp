// What this build is: of which version, compiler and libraries, and for which processors.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace nearfold::cli {

/// "version", "compiler", "instructions", "cuda", "faiss".
nlohmann::ordered_json build_json();

/// The same as lines: "nearfold 0.1.0", "compiler GCC 12.2.0", ...
std::string build_text();

}  // namespace nearfold::cli
