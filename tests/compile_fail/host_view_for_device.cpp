// A view of host memory is no view of device memory.
#include "nearfold/nearfold.hpp"

#ifdef NEARFOLD_WRONG
using Given = nearfold::HostMatrix<float>;
#else
using Given = nearfold::DeviceMatrix<float>;
#endif

nearfold::DeviceMatrix<const float> for_device(Given given) {
  return given;
}
