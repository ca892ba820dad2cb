// A run of the distinct rows of its points alone (Settings::unique): what it starts from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/taken_rows.hpp"
#include "nearfold/params.hpp"
#include "nearfold/unique.hpp"
#include "run/source.hpp"

namespace nearfold {

/// Neither copied nor moved: its source refers to it. Where no two rows are equal the points are
/// the caller's.
class UniqueRun {
 public:
  /// `source` was admitted, and must live as long. Throws what check_points() does, InvalidInput
  /// for an initialization or targets that are not of all points, for a graph that is not of the
  /// distinct rows, and where these are too few for the method; OutOfMemory.
  UniqueRun(const Source& source, const Settings& settings);
  UniqueRun(const UniqueRun&) = delete;

  /// Of the distinct rows.
  const Source& source() const { return source_; }
  const Settings& settings() const { return settings_; }
  std::int64_t points() const { return static_cast<std::int64_t>(unique_.of.size()); }
  std::int64_t distinct() const { return static_cast<std::int64_t>(unique_.rows.size()); }
  const UniqueRows& unique() const { return unique_; }
  /// Of points whose target is not that of the row that stands for them.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  void take_points();
  void take_init();

  UniqueRows unique_;
  Source source_;
  Settings settings_;
  std::vector<std::string> warnings_;
  std::optional<TakenRows> taken_;  // its points
};

}  // namespace nearfold
