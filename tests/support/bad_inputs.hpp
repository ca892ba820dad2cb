// What is wrong, given to the tool: it must say what, exit with the code that stands for it, and
// leave the folder as it was. docs/bad-inputs.md lists which test covers which input.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "io/write.hpp"
#include "io/zip.hpp"
#include "support/cli_run.hpp"
#include "support/io_files.hpp"

namespace nearfold {

using Says = std::vector<std::string_view>;

constexpr int kDone = 0, kInternal = 1, kUsage = 2, kBadInput = 3, kMemory = 4, kIo = 5,
              kDevice = 6;

class BadInput : public Cli {
 protected:
  /// Names and bytes of all files, hidden ones too.
  std::map<std::string, std::string> contents() const {
    std::map<std::string, std::string> found;
    for (const auto& entry : fs::directory_iterator(folder_))
      found[entry.path().filename().string()] = fs::is_regular_file(entry.symlink_status())
                                                    ? bytes(entry.path().filename().string())
                                                    : "";
    return found;
  }

  void expect_says(const Outcome& outcome, int code, const Says& says,
                   const std::string& what) const {
    EXPECT_EQ(outcome.code, code) << what << ": " << outcome.out;
    for (const std::string_view part : says)
      EXPECT_NE(outcome.out.find(part), std::string::npos)
          << what << ": '" << part << "' is not in: " << outcome.out;
  }

  void expect_refused(const std::string& arguments, int code, const Says& says) const {
    const auto before = contents();
    expect_says(run(arguments), code, says, arguments);
    EXPECT_TRUE(contents() == before) << "files changed: " << arguments;
  }

  /// `embed` of this file.
  std::string map_of(const std::string& name, const std::string& more = "") const {
    return "embed '" + path(name) + "' --method umap --n-neighbors 3 --n-epochs 5 -o '" +
           path("y.npy") + "' --force " + more;
  }

  void file_refused(const std::string& name, const std::string& content, const Says& says,
                    int code = kBadInput) const {
    write(name, content);
    expect_refused(map_of(name), code, says);
  }

  /// A finite map comes out, and this is said.
  void expect_map(const std::string& arguments, const Says& says = {}) const {
    expect_says(run(arguments), kDone, says, arguments);
    ASSERT_TRUE(exists("y.npy")) << arguments;
    for (const float x : io::read_matrix(path("y.npy")).values())
      ASSERT_TRUE(std::isfinite(x)) << arguments;
    fs::remove(path("y.npy"));
  }
};

}  // namespace nearfold
