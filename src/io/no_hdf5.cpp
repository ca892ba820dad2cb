// In builds without libhdf5: nothing calls the readers, as formats.cpp says how to convert.
#include "io/formats.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {

bool reads_hdf5() {
  return false;
}

Matrix read_hdf5(ByteSource& source, const std::string&) {
  source.malformed("this build reads no HDF5");
}

FileInfo describe_hdf5(ByteSource& source) {
  source.malformed("this build reads no HDF5");
}

}  // namespace nearfold::io
