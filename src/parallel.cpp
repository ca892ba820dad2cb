#include "parallel.hpp"

#include <omp.h>
#include <sched.h>

namespace nearfold {

int thread_count(int requested) {
  if (requested > 0) return requested;
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) return std::max(1, CPU_COUNT(&allowed));
  return omp_get_num_procs();
}

}  // namespace nearfold
