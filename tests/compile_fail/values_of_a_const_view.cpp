// What is given to be read is not written.
#include "nearfold/matrix.hpp"

#ifdef NEARFOLD_WRONG
using Given = nearfold::HostMatrix<const float>;
#else
using Given = nearfold::HostMatrix<float>;
#endif

void clear(Given given) {
  given.row(0)[0] = 0;
}
