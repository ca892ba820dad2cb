// What the library throws: one leaf for each thing a caller can do about it. Every message names
// the value, the limit and the remedy.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include "nearfold/export.hpp"

namespace nearfold {

struct NEARFOLD_EXPORT Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The call or its data is wrong: change it.
struct NEARFOLD_EXPORT InvalidInput : Error {
  using Error::Error;
};

/// A parameter is wrong whatever the data: found before any data is touched.
struct NEARFOLD_EXPORT InvalidParameter : InvalidInput {
  using InvalidInput::InvalidInput;
};

/// This build or method cannot do it: choose another one.
struct NEARFOLD_EXPORT Unsupported : Error {
  using Error::Error;
};

/// No usable GPU: run on the CPU or fix the driver.
struct NEARFOLD_EXPORT NoDevice : Error {
  using Error::Error;
};

/// Not enough memory: free some, or ask for less.
struct NEARFOLD_EXPORT OutOfMemory : Error {
  OutOfMemory(const std::string& message, std::int64_t asked, std::int64_t available)
      : Error(message), bytes_asked(asked), bytes_free(available) {}
  std::int64_t bytes_asked;
  std::int64_t bytes_free;
};

/// The GPU failed; the process must not use it again.
struct NEARFOLD_EXPORT DeviceFailure : Error {
  using Error::Error;
};

/// A file could not be read or written.
struct NEARFOLD_EXPORT IoError : Error {
  using Error::Error;
};

}  // namespace nearfold
