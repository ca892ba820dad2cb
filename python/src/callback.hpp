// From the library's Progress to a Python function, and signals with it.
#pragma once

#include <nanobind/nanobind.h>

#include <optional>
#include <utility>

#include "nearfold/error.hpp"
#include "nearfold/progress.hpp"

namespace nearfold::python {

namespace nb = nanobind;

/// Calls `function(stage, done, total)` where it is not None, after Python has had its say about
/// signals. What either raises stops the work and is kept: nothing is thrown through the library,
/// whose partial result stays at hand.
class Callback {
 public:
  explicit Callback(nb::object function) : function_(std::move(function)) {}

  /// For work without the GIL.
  Progress progress() {
    return [this](const ProgressInfo& at) {
      const nb::gil_scoped_acquire gil;
      return goes_on(at);
    };
  }

  /// The exception that stopped the work, or None.
  nb::object raised() const { return raised_ ? nb::borrow(raised_->value()) : nb::none(); }
  void rethrow() {
    if (raised_) throw nb::python_error(std::move(*raised_));
  }

 private:
  bool goes_on(const ProgressInfo& at) {
    try {
      if (PyErr_CheckSignals() != 0) nb::raise_python_error();
      if (function_.is_none()) return true;
      const nb::object answer = function_(name(at.stage), at.done, at.total);
      return answer.is_none() || nb::cast<bool>(nb::bool_(answer));
    } catch (nb::python_error& error) {
      raised_.emplace(std::move(error));
      return false;
    }
  }

  nb::object function_;
  std::optional<nb::python_error> raised_;
};

/// work(progress) without the GIL; an exception that the callback raised comes out of it.
template <class Work>
auto with_progress(const nb::object& function, const Work& work) {
  Callback callback(function);
  try {
    auto result = [&] {
      const nb::gil_scoped_release released;
      return work(callback.progress());
    }();
    callback.rethrow();
    return result;
  } catch (const Cancelled&) {
    callback.rethrow();
    throw;
  }
}

}  // namespace nearfold::python
