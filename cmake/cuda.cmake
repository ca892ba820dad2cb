# The kernels, in the same library. The runtime is linked statically, so that one binary runs with
# and without a driver.
set(CMAKE_CUDA_ARCHITECTURES 75-real 80-real 86-real 89-real 90-real 100-real 120 CACHE STRING
    "GPUs that machine code is made for; the last also as PTX for later ones")
if(NOT DEFINED CMAKE_CUDA_HOST_COMPILER)
  set(CMAKE_CUDA_HOST_COMPILER ${CMAKE_CXX_COMPILER})
endif()
enable_language(CUDA)
if(NOT CMAKE_CUDA20_STANDARD_COMPILE_OPTION)  # CMake before 3.26 does not know that nvcc has it
  set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION -std=c++20)
  set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION -std=c++20)
endif()
find_package(CUDAToolkit 12 REQUIRED)
get_target_property(faiss_INCLUDE faiss INTERFACE_INCLUDE_DIRECTORIES)

target_sources(nearfold PRIVATE
  kernels/core/check_points.cu
  kernels/core/cuda.cpp
  kernels/core/device.cpp
  kernels/knn/knn.cpp
  kernels/knn/knn.cu
  kernels/knn/faiss_adapter.cpp
  kernels/knn/products.cpp
  kernels/init/init.cu
  kernels/graph/vertex_order.cu
  kernels/core/recording.cpp
  kernels/model/transform.cu
  kernels/core/staging.cpp
  kernels/pacmap/pacmap.cu
  kernels/core/whole_numbers.cu
  kernels/tsne/tsne.cu
  kernels/umap/umap.cu
  kernels/weights/weights.cu
)
set_source_files_properties(kernels/core/device.cpp PROPERTIES COMPILE_DEFINITIONS
  NEARFOLD_CUDA_VERSION="${CUDAToolkit_VERSION_MAJOR}.${CUDAToolkit_VERSION_MINOR}")
if(NOT EXISTS "${faiss_INCLUDE}/faiss/gpu/GpuIndexFlat.h")
  message(FATAL_ERROR "this FAISS has no GPU part: scripts/install-deps.sh --cuda ARCHITECTURES "
                      "builds one, or name another by -DCMAKE_PREFIX_PATH")
endif()
set_target_properties(nearfold PROPERTIES
  CUDA_ARCHITECTURES "${CMAKE_CUDA_ARCHITECTURES}"
  CUDA_STANDARD 20 CUDA_STANDARD_REQUIRED ON
  CUDA_RUNTIME_LIBRARY Static)
# No fused multiply-add, as on the processor: the bits of both are the same. ptxas says of every
# kernel whether it spills registers; scripts/check-cuda.sh reads it. 554: a conversion that is the
# identity for views of const. Their code for the processor is compiled as all other is.
target_compile_options(nearfold PRIVATE $<$<COMPILE_LANGUAGE:CUDA>:
  --fmad=false --expt-relaxed-constexpr --diag-suppress=554 -Xptxas=-v
  -Xcompiler=-ffp-contract=off,-fno-math-errno,-fno-trapping-math
  $<$<BOOL:${NEARFOLD_ARCH}>:-Xcompiler=-march=${NEARFOLD_ARCH}>>)
target_link_libraries(nearfold PRIVATE faiss OpenMP::OpenMP_CXX CUDA::cudart_static CUDA::cublas CUDA::cufft)
