// A function that reads host memory does not take a view of device memory.
#include "nearfold/nearfold.hpp"

#ifdef NEARFOLD_WRONG
using Given = nearfold::DeviceMatrix<const float>;
#else
using Given = nearfold::HostMatrix<const float>;
#endif

nearfold::Result map_of(Given points) {
  return nearfold::embed(points, nearfold::Settings{});
}
