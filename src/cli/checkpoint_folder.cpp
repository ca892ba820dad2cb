#include "cli/checkpoint_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <filesystem>
#include <fstream>
#include <utility>

#include "cli/folder.hpp"
#include "cli/json_text.hpp"
#include "nearfold/error.hpp"

namespace nearfold::cli {
namespace {

namespace fs = std::filesystem;
using Json = CheckpointFolder::Json;

constexpr const char* kRun = "run.json";
constexpr const char* kGraph = "graph.npz";
constexpr const char* kState = "state.npz";

std::unique_ptr<io::Descriptor> lock(const std::string& path) {
  auto folder =
      std::make_unique<io::Descriptor>(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder->get() < 0) io::throw_errno("open", path);
  if (::flock(folder->get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    throw IoError("another run is using '" + path + "'; wait for it, or give another folder");
  return folder;
}

/// "n_neighbors is 30 there and 15 here, ..." for all keys that differ.
std::string differences(const Json& there, const Json& here) {
  std::string text;
  for (const auto& [key, value] : here.items()) {
    const Json other = there.value(key, Json());
    if (other == value) continue;
    if (value.is_object() && other.is_object()) {
      text += differences(other, value);
      continue;
    }
    text += key + " is " + short_json(other) + " there and " + short_json(value) + " here, ";
  }
  return text;
}

}  // namespace

CheckpointFolder::CheckpointFolder(std::string path, const Json& made_from, bool resume,
                                   io::Overwrite overwrite)
    : path_(std::move(path)), run_(made_from) {
  make_folder(path_);
  lock_ = lock(path_);
  if (!fs::exists(file(kRun))) return;
  if (!resume && overwrite == io::Overwrite::no)
    throw IoError("'" + path_ +
                  "' holds an earlier run; use --resume to continue it, or --force to begin anew");
  if (!resume) {
    fs::remove(file(kState));
    fs::remove(file(kGraph));
    fs::remove(file(kRun));
    return;
  }
  const Json before = json_in(file(kRun));
  if (before.is_null())
    throw InvalidInput("'" + file(kRun) +
                       "' is damaged; use --force without --resume to begin anew");
  const std::string differ = differences(before, made_from);
  if (!differ.empty())
    throw InvalidParameter("the run in '" + path_ + "' is another one: " + differ +
                           "so it cannot be resumed; use its settings, or --force without "
                           "--resume to begin anew");
  run_ = before;
  resumed_ = true;
}

void CheckpointFolder::begin(const std::string& fingerprint) {
  if (resumed_ && run_.value("fingerprint", "") != fingerprint)
    throw InvalidInput("the run in '" + path_ +
                       "' is of other data; give those, or use --force without --resume to begin "
                       "anew");
  run_["fingerprint"] = fingerprint;
  io::write_file(file(kRun), json_text(run_), io::Overwrite::yes);
}

std::optional<KnnGraph> CheckpointFolder::graph() const {
  if (!resumed_ || !fs::exists(file(kGraph))) return {};
  return io::read_graph(file(kGraph));
}

std::optional<Checkpoint> CheckpointFolder::state() const {
  if (!resumed_ || !fs::exists(file(kState))) return {};
  return io::read_checkpoint(file(kState));
}

void CheckpointFolder::keep(const KnnGraph& graph, std::uint64_t seed) const {
  io::write_graph(file(kGraph), graph, {.seed = seed, .version = version()}, io::Overwrite::yes);
}

void CheckpointFolder::keep(const Checkpoint& state) const {
  io::write_checkpoint(file(kState), state, io::Overwrite::yes);
}

void CheckpointFolder::remove() {
  for (const char* name : {kState, kGraph, kRun}) fs::remove(file(name));
  std::error_code not_empty;
  fs::remove(path_, not_empty);
}

}  // namespace nearfold::cli
