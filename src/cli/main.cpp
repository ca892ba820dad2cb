// The tool: parses the command line, and turns whatever was thrown into a message and an exit code.
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <new>
#include <sstream>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "cli/terminal.hpp"
#include "core/stopping.hpp"
#include "nearfold/embed.hpp"
#include "nearfold/error.hpp"

namespace {

using namespace nearfold;

// Documented in README.md; scripts rely on them.
constexpr int kInternal = 1, kUsage = 2, kBadInput = 3, kMemory = 4, kIo = 5, kDevice = 6,
              kGate = 7;

int fail(int code, const char* what) {
  std::fprintf(stderr, "nearfold: %s\n", cli::for_terminal(what).c_str());
  return code;
}

/// The command line with --two_words written --two-words: both are what people know.
std::vector<std::string> hyphenated(int argc, char** argv) {
  std::vector<std::string> words(argv, argv + argc);
  for (std::string& word : words)
    if (word.starts_with("--"))
      std::replace(word.begin(), std::find(word.begin(), word.end(), '='), '_', '-');
  return words;
}

int run(int argc, char** argv) {
  CLI::App app{"Maps of high-dimensional points by t-SNE and UMAP", "nearfold"};
  app.set_version_flag("--version", version());
  app.require_subcommand(1);
  app.failure_message(CLI::FailureMessage::simple);
  cli::add_info(app);
  cli::add_generate(app);
  cli::add_convert(app);
  cli::add_knn(app);
  cli::add_embed(app);
  cli::add_grid(app);
  cli::add_compare(app);
  cli::add_plot(app);
  cli::add_quality(app);
  try {
    std::vector<std::string> words = hyphenated(argc, argv);
    std::vector<char*> pointers(words.size());
    std::transform(words.begin(), words.end(), pointers.begin(),
                   [](std::string& word) { return word.data(); });
    app.parse(argc, pointers.data());
  } catch (const CLI::ParseError& error) {
    std::ostringstream said;
    const bool asked = app.exit(error, std::cout, said) == 0;  // for help, say
    std::fputs(cli::for_terminal(said.str()).c_str(), stderr);
    return asked ? 0 : kUsage;
  }
  return cli::stop_signal() == 0 ? 0 : 128 + cli::stop_signal();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    cli::catch_signals();
    const StopScope scope([](double) { return cli::stop_signal() == 0; });
    return run(argc, argv);
  } catch (const Stopped&) {
    return 128 + cli::stop_signal();
  } catch (const Cancelled&) {
    return 128 + cli::stop_signal();
  } catch (const InvalidParameter& error) {
    return fail(kUsage, error.what());
  } catch (const Unsupported& error) {
    return fail(kUsage, error.what());
  } catch (const InvalidInput& error) {
    return fail(kBadInput, error.what());
  } catch (const OutOfMemory& error) {
    return fail(kMemory, error.what());
  } catch (const std::bad_alloc&) {
    return fail(kMemory, "out of memory; use fewer points, columns or neighbours");
  } catch (const IoError& error) {
    return fail(kIo, error.what());
  } catch (const NoDevice& error) {
    return fail(kDevice, error.what());
  } catch (const DeviceFailure& error) {
    return fail(kDevice, error.what());
  } catch (const cli::GateFailed& error) {
    return fail(kGate, error.what());
  } catch (const std::exception& error) {
    return fail(kInternal, error.what());
  }
}
