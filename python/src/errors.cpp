// Exceptions of the library as those of nearfold/_errors.py, which are Python's as well.
#include <nanobind/nanobind.h>

#include <exception>

#include "bindings.hpp"
#include "nearfold/error.hpp"
#include "settings.hpp"

namespace nearfold::python {

namespace nb = nanobind;

namespace {

template <class... Args>
void raise(const char* type, const Args&... args) {
  const nb::object error = nb::module_::import_("nearfold._errors").attr(type)(args...);
  PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(error.ptr())), error.ptr());
}

/// Leaves first.
void translate(const std::exception_ptr& thrown, void* /*unused*/) {
  try {
    std::rethrow_exception(thrown);
  } catch (const WrongType& error) {
    raise("InvalidType", error.what());
  } catch (const InvalidInput& error) {
    raise("InvalidInput", error.what());
  } catch (const Unsupported& error) {
    raise("Unsupported", error.what());
  } catch (const OutOfMemory& error) {
    raise("OutOfMemory", error.what(), error.bytes_asked, error.bytes_free);
  } catch (const NoDevice& error) {
    raise("NoDevice", error.what());
  } catch (const DeviceFailure& error) {
    raise("DeviceFailure", error.what());
  } catch (const IoError& error) {
    raise("IoError", error.what());
  } catch (const Cancelled& error) {
    raise("Cancelled", error.what());
  } catch (const Error& error) {
    raise("NearfoldError", error.what());
  }
}

}  // namespace

void bind_errors(nb::module_& /*m*/) {
  nb::register_exception_translator(translate);
}

}  // namespace nearfold::python
