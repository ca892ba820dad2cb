// Marks a formula that both the CPU loop and the CUDA kernel call.
#pragma once

#if defined(__CUDACC__)
#define NEARFOLD_HD __host__ __device__
#else
#define NEARFOLD_HD
#endif
