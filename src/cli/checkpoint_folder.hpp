// The folder of a run that can be resumed: run.json, what it is made from; graph.npz, its
// neighbours; state.npz, where its optimisation is. Each is replaced as a whole.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "io/descriptor.hpp"
#include "io/io.hpp"
#include "nearfold/embed.hpp"

namespace nearfold::cli {

class CheckpointFolder {
 public:
  using Json = nlohmann::ordered_json;

  /// Makes the folder, or opens it, and locks it against other runs: IoError while one has it, and
  /// where another one has left its work, unless that is to be resumed (`resume`) or may be
  /// overwritten. To go on, `made_from` has to be what it was: InvalidParameter names what differs.
  /// With nothing there, a resumed run is a new one.
  CheckpointFolder(std::string path, const Json& made_from, bool resume, io::Overwrite overwrite);

  /// Says of which points the run is, by fingerprint; to go on, InvalidInput when they are others.
  void begin(const std::string& fingerprint);

  /// What an earlier run has left; nothing when there is none, or not yet.
  std::optional<KnnGraph> graph() const;
  std::optional<Checkpoint> state() const;

  void keep(const KnnGraph& graph, std::uint64_t seed) const;
  void keep(const Checkpoint& state) const;

  /// Removes the files, and the folder when nothing else is in it.
  void remove();

 private:
  std::string file(const std::string& name) const { return path_ + "/" + name; }

  std::string path_;
  Json run_;  // of run.json
  bool resumed_ = false;
  std::unique_ptr<io::Descriptor> lock_;
};

}  // namespace nearfold::cli
