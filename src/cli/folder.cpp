#include "cli/folder.hpp"

#include <filesystem>
#include <fstream>
#include <system_error>

#include "io/row_output.hpp"
#include "nearfold/error.hpp"

namespace nearfold::cli {

namespace {

bool is_same_file(const std::string& a, const std::string& b) {
  if (a == "-" || b == "-") return false;  // standard output and input
  std::error_code missing;
  return a == b || std::filesystem::equivalent(a, b, missing);
}

}  // namespace

void check_outputs(const std::vector<std::string>& outputs, const std::vector<std::string>& inputs,
                   io::Overwrite overwrite) {
  for (std::size_t o = 0; o < outputs.size(); ++o) {
    if (outputs[o].empty()) continue;
    for (const std::string& input : inputs)
      if (!input.empty() && is_same_file(outputs[o], input))
        throw InvalidParameter("'" + outputs[o] +
                               "' is read and would be replaced; give the output another name");
    for (std::size_t other = 0; other < o; ++other)
      if (outputs[other] == outputs[o])
        throw InvalidParameter("'" + outputs[o] + "' would be written twice; give it once");
    if (outputs[o] != io::kStandardOutput) io::check_writable(outputs[o], overwrite);
  }
}

std::string partial_of(const std::string& path) {
  if (path == io::kStandardOutput) return path;
  const std::filesystem::path whole(path);
  std::filesystem::path name = whole.stem();
  name += ".partial";
  name += whole.extension();
  return (whole.parent_path() / name).string();
}

void make_folder(const std::string& path) {
  std::error_code why;
  std::filesystem::create_directories(path, why);
  if (why) throw IoError("the folder '" + path + "' cannot be made: " + why.message());
}

nlohmann::ordered_json json_in(const std::string& path) {
  using Json = nlohmann::ordered_json;
  constexpr int kDeepest = 16;  // values are copied and compared by recursion
  const auto shallow = [](int depth, Json::parse_event_t, const Json&) {
    return depth <= kDeepest;
  };
  std::ifstream file(path, std::ios::binary);
  Json json = Json::parse(file, shallow, /*allow_exceptions=*/false);
  return json.is_object() ? json : Json();
}

}  // namespace nearfold::cli
