#include "cli/build.hpp"

#include "core/instructions.hpp"
#include "nearfold/nearfold.hpp"

namespace nearfold::cli {
namespace {

#if defined(__clang__)
constexpr const char* kCompiler = __VERSION__;  // "Clang 14.0.6"
#else
constexpr const char* kCompiler = "GCC " __VERSION__;
#endif

const char* word_of(const char* version) {
  return *version != 0 ? version : "not in this build";
}

}  // namespace

nlohmann::ordered_json build_json() {
  return {{"version", version()},
          {"compiler", kCompiler},
          {"instructions", instructions()},
          {"cuda", word_of(cuda_version())},
          {"faiss", word_of(faiss_version())}};
}

std::string build_text() {
  std::string text = std::string("nearfold ") + version();
  const nlohmann::ordered_json build = build_json();
  for (const auto& [key, value] : build.items())
    if (key != "version") text += "\n" + key + " " + value.get<std::string>();
  return text;
}

}  // namespace nearfold::cli
