// The tool as scripts use it: the program itself is run, in a folder of its own.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace nearfold {

namespace fs = std::filesystem;

// A sanitizer has its own allocator, which takes more memory and has to be loaded first.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

struct Outcome {
  int code;
  std::string out;  // stdout and stderr together
};

class Cli : public ::testing::Test {
 protected:
  Cli() {
    std::string pattern = (fs::temp_directory_path() / "nearfold-cli-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    run("generate blobs -n 300 --dim 5 -o " + path("x.npy") + " --labels " + path("l.npy"));
  }
  ~Cli() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  bool exists(const std::string& name) const { return fs::exists(path(name)); }

  std::string bytes(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
  }

  Outcome run(const std::string& arguments) const {
    return shell(std::string(NEARFOLD_TOOL) + " " + arguments);
  }

  /// A line of the shell, in which all output goes to one place.
  static Outcome shell(const std::string& line) {
    const std::string command = "exec 2>&1; " + line;
    FILE* pipe = popen(command.c_str(), "r");
    Outcome outcome{-1, ""};
    std::array<char, 4096> buffer{};
    for (std::size_t got; (got = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
      outcome.out.append(buffer.data(), got);
    const int status = pclose(pipe);
    outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return outcome;
  }

  /// A command that gets a signal as soon as it has made a file.
  static std::string once_there(const std::string& command, const std::string& file,
                                const std::string& signal) {
    return std::string(NEARFOLD_TOOL) + " " + command + " & pid=$!; while [ ! -e " + file +
           " ] && kill -0 $pid; do sleep 0.01; done; kill -" + signal + " $pid; wait $pid";
  }

  std::string embed(const std::string& more) const {
    return "embed " + path("x.npy") + " --method umap --n-epochs 20 -o " + path("y.npy") + " " +
           more;
  }

  fs::path folder_;
};

}  // namespace nearfold
