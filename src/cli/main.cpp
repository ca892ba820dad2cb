// The tool: parses the command line, and turns whatever was thrown into a message and an exit code.
#include <algorithm>
#include <cstdio>
#include <new>
#include <string>
#include <vector>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/exit_codes.hpp"
#include "cli/progress.hpp"
#include "cli/terminal.hpp"
#include "cli/usage_errors.hpp"
#include "cli/wording.hpp"
#include "core/stopping.hpp"
#include "nearfold/embed.hpp"
#include "nearfold/error.hpp"

namespace {

using namespace nearfold;

int run(CLI::App& app, int argc, char** argv) {
  try {
    std::vector<std::string> words = cli::hyphenated(argc, argv);
    cli::require_known(app, words);
    std::vector<char*> pointers(words.size());
    std::transform(words.begin(), words.end(), pointers.begin(),
                   [](std::string& word) { return word.data(); });
    app.parse(argc, pointers.data());
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // asked for, as help is
    throw InvalidParameter(cli::usage_text(error, app));
  }
  return cli::stop_signal() == 0 ? cli::kDone : 128 + cli::stop_signal();
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app;
  const auto fail = [&](int code, const char* what) {
    std::fprintf(stderr, "nearfold: %s\n", cli::for_terminal(cli::in_flags(what, app)).c_str());
    return code;
  };
  constexpr const char* kInterrupted = "interrupted before there was anything to keep";
  try {
    cli::add_commands(app);
    cli::catch_signals();
    const StopScope scope([](double) { return cli::stop_signal() == 0; });
    return run(app, argc, argv);
  } catch (const Stopped&) {
    return fail(128 + cli::stop_signal(), kInterrupted);
  } catch (const Cancelled&) {
    return fail(128 + cli::stop_signal(), kInterrupted);
  } catch (const InvalidParameter& error) {
    return fail(cli::kUsage, error.what());
  } catch (const Unsupported& error) {
    return fail(cli::kUsage, error.what());
  } catch (const InvalidInput& error) {
    return fail(cli::kBadInput, error.what());
  } catch (const OutOfMemory& error) {
    return fail(cli::kMemory, error.what());
  } catch (const std::bad_alloc&) {
    return fail(cli::kMemory, "out of memory; use fewer points, columns or neighbours");
  } catch (const IoError& error) {
    return fail(cli::kIo, error.what());
  } catch (const NoDevice& error) {
    return fail(cli::kDevice, error.what());
  } catch (const DeviceFailure& error) {
    return fail(cli::kDevice, error.what());
  } catch (const cli::GateFailed& error) {
    return fail(cli::kGate, error.what());
  } catch (const std::exception& error) {
    return fail(cli::kInternal, error.what());
  }
}
