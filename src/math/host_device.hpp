// Marks a formula that both the CPU loop and the CUDA kernel call.
#pragma once

#if defined(__CUDACC__)
#define NEARFOLD_HD __host__ __device__
#else
#define NEARFOLD_HD
#endif

// Before a loop that nvcc would unroll until it is out of registers.
#if defined(__CUDA_ARCH__)
#define NEARFOLD_ROLLED _Pragma("unroll 1")
#else
#define NEARFOLD_ROLLED
#endif
