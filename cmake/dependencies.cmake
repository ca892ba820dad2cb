# Packages, by Debian 12's names for them in scripts/install-deps.sh. Nothing is downloaded here.

# ---- the library; cmake/nearfold-config.cmake.in finds the same ---------------------------------
find_package(Threads REQUIRED)
if(NEARFOLD_CUDA)
  # FAISS names OpenMP::OpenMP_CXX without finding it, so OpenMP comes first.
  find_package(OpenMP REQUIRED COMPONENTS CXX)
  find_package(faiss 1.7.3 QUIET CONFIG HINTS "${PROJECT_SOURCE_DIR}/.deps/faiss-gpu")
  if(NOT faiss_FOUND)
    message(FATAL_ERROR "FAISS with its GPU part was not found: scripts/install-deps.sh --cuda "
                        "ARCHITECTURES builds it, or set faiss_DIR")
  endif()
  message(STATUS "FAISS ${faiss_VERSION}: ${faiss_DIR}")
endif()

# ---- the tool, tests and benches -----------------------------------------------------------------
if(NEARFOLD_BUILD_TOOL)
  find_package(CLI11 REQUIRED)
  find_package(nlohmann_json REQUIRED)
  find_package(ZLIB REQUIRED)
  find_package(PkgConfig REQUIRED)
  # Debian's CMake package of libzip wants its command-line programs as well; pkg-config does not.
  pkg_check_modules(libzip REQUIRED IMPORTED_TARGET libzip)
  pkg_check_modules(pangocairo REQUIRED IMPORTED_TARGET pangocairo>=1.50 cairo-pdf cairo-svg)
  pkg_check_modules(fontconfig REQUIRED IMPORTED_TARGET fontconfig)
  pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)
  # Optional: without it .h5 and .h5ad are refused with the line of Python that converts them.
  pkg_search_module(hdf5 IMPORTED_TARGET hdf5-serial hdf5)
  option(NEARFOLD_HDF5 "Read HDF5 through libhdf5" ${hdf5_FOUND})
  if(NEARFOLD_HDF5 AND NOT hdf5_FOUND)
    message(FATAL_ERROR "NEARFOLD_HDF5 is ON and libhdf5 was not found: install libhdf5-dev")
  endif()
  message(STATUS "HDF5: ${NEARFOLD_HDF5}")
endif()
