// What the fuzz targets share. A target gives bytes to readers. A reader may refuse them with
// InvalidInput, whose message must name the source and be fit for a terminal; whatever else it
// throws ends the process, and so does a result that breaks the reader's contract.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "io/formats.hpp"
#include "io/utf8.hpp"
#include "nearfold/error.hpp"

/// libFuzzer calls this; replay.cpp does so for the files of the corpus.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace nearfold::fuzz {

using Bytes = std::span<const std::byte>;

inline Bytes bytes_of(const std::uint8_t* data, std::size_t size) {
  return std::as_bytes(std::span(data, size));
}

/// Ends the process unless the contract holds.
inline void require(bool holds, const char* contract) {
  if (holds) return;
  std::fprintf(stderr, "broken contract: %s\n", contract);
  std::abort();
}

/// UTF-8 without control characters.
inline bool is_printable(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = io::printable_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

/// What the action gives, or nothing when it refuses.
template <class Action>
auto unless_refused(const Action& action) -> std::optional<decltype(action())> {
  try {
    return action();
  } catch (const InvalidInput& refusal) {
    require(is_printable(refusal.what()), "a message is printable UTF-8");
    return std::nullopt;
  }
}

/// What the reader makes of the bytes, or nothing when it refuses them.
template <class Read>
auto read(Bytes bytes, const Read& reader) {
  return unless_refused([&] {
    io::ByteSource source = io::ByteSource::memory("given", bytes);
    try {
      return reader(source);
    } catch (const InvalidInput& refusal) {
      require(std::string_view(refusal.what()).starts_with("'given"), "a message names the file");
      throw;
    }
  });
}

inline void check(const Matrix& matrix) {
  require(matrix.rows() >= 1 && matrix.cols() >= 1, "a matrix has rows and columns");
  require(std::cmp_equal(matrix.values().size(), matrix.rows() * matrix.cols()),
          "rows x cols values");
}

inline void check(const io::Labels& labels) {
  const auto& names = labels.names;
  require(std::is_sorted(names.begin(), names.end()), "names are in order");
  require(std::adjacent_find(names.begin(), names.end()) == names.end(), "names are distinct");
  for (const std::int32_t id : labels.ids)
    require(names.empty() || (id >= -1 && std::cmp_less(id, names.size())),
            "ids index names, or are none");
}

/// Reads points and describes them: what can be read has a description of as many values.
template <class Read, class Describe>
void read_points(Bytes bytes, const Read& reader, const Describe& describe) {
  const auto points = read(bytes, reader);
  const auto info = read(bytes, describe);
  if (!points) return;
  check(*points);
  require(info && !info->dtype.empty(), "what can be read can be described");
  const auto count = io::checked_product(info->shape);
  require(count == points->rows() * points->cols(), "the description has the shape of the points");
}

template <class Read>
void read_labels(Bytes bytes, const Read& reader) {
  if (const auto labels = read(bytes, reader)) check(*labels);
}

}  // namespace nearfold::fuzz
