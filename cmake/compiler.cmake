# nearfold_compiler: how every target of this project is compiled. Not installed: users of the
# library compile as they like.
get_property(multi_config GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_BUILD_TYPE AND NOT multi_config)
  message(STATUS "No CMAKE_BUILD_TYPE: Release")
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Release, RelWithDebInfo, MinSizeRel or Debug" FORCE)
endif()

set(NEARFOLD_SANITIZE "" CACHE STRING "Sanitizers, as in -fsanitize=: 'address,undefined' or 'thread'")
if(PROJECT_IS_TOP_LEVEL)
  option(NEARFOLD_FUZZ "Build the fuzz targets for libFuzzer (needs clang; see docs/fuzzing.md)" OFF)
  option(NEARFOLD_BENCH "Build the benches (needs Google Benchmark)" OFF)
  option(NEARFOLD_PCH "Precompile what many files include" ON)
  option(NEARFOLD_UNITY "Compile files of the tool several at a time" ON)
  set(arch native)
endif()
set(NEARFOLD_ARCH "${arch}" CACHE STRING
    "Processor, as in -march=: 'native', 'x86-64-v3' for packages, empty for the compiler's default")
unset(arch)

set(CMAKE_CXX_EXTENSIONS OFF)
add_library(nearfold_compiler INTERFACE)
set(flags
  -pipe
  # No fused multiply-add unless written: the same bits on every processor.
  -ffp-contract=off
  # Allow loops with sqrt and comparisons to vectorise; no result changes.
  -fno-math-errno -fno-trapping-math
  $<$<BOOL:${NEARFOLD_ARCH}>:-march=${NEARFOLD_ARCH}>)

if(NEARFOLD_SANITIZE)
  # Without warnings: sanitizers cause false ones, and every other build has them.
  list(APPEND flags
    -fsanitize=${NEARFOLD_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
    $<$<BOOL:${NEARFOLD_FUZZ}>:-fsanitize=fuzzer-no-link>)
  target_link_options(nearfold_compiler INTERFACE -fsanitize=${NEARFOLD_SANITIZE})
elseif(PROJECT_IS_TOP_LEVEL)
  # Errors they are in the presets, by CMAKE_COMPILE_WARNING_AS_ERROR: the warnings of compilers to
  # come must not stop those who only want to build.
  # Of -Wall: -Wswitch. Switches over an enum have no default, so a new enumerator is an error of the
  # presets wherever it is not handled.
  list(APPEND flags
    -Wall -Wextra -Wconversion -Wshadow
    # clang's -Wdouble-promotion takes double{x} for implicit. GCC 12 warns of its own AVX-512
    # intrinsics, std::string and std::vector (bugs 105593, 105329).
    "$<$<CXX_COMPILER_ID:GNU>:-Wdouble-promotion;-Wno-maybe-uninitialized;-Wno-uninitialized;-Wno-restrict;-Wno-stringop-overread>")
endif()
# nvcc has its own, see cuda.cmake.
target_compile_options(nearfold_compiler INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:${flags}>")
unset(flags)

# ---- what makes builds faster, never what is built ----------------------------------------------
# ccache where it is; -DCMAKE_CXX_COMPILER_LAUNCHER= does without. Another clone finds what one left,
# and precompiled headers are taken, which it does only when it need not compare times and macros.
if(PROJECT_IS_TOP_LEVEL)
  find_program(CCACHE ccache)
  mark_as_advanced(CCACHE)
  foreach(language IN ITEMS CXX CUDA)
    if(CCACHE AND NOT DEFINED CMAKE_${language}_COMPILER_LAUNCHER)
      set(CMAKE_${language}_COMPILER_LAUNCHER
        ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
        CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
    endif()
  endforeach()
endif()

# For code that makes nothing slow, the command line and the tests: optimising it takes half of the
# time, of sanitized code two thirds.
if(NEARFOLD_SANITIZE)
  set(NEARFOLD_COMPILE_QUICKLY -O0)
else()
  set(NEARFOLD_COMPILE_QUICKLY $<$<CONFIG:Release>:-O1>)
endif()

# compile_together(TARGET MODE): its files several at a time, for the headers of most take longer than
# the rest: BATCH, whichever come next to each other, GROUP, those of a UNITY_GROUP. Their anonymous
# namespaces are one then: names there differ across them.
function(compile_together target mode)
  set_target_properties(${target} PROPERTIES
    UNITY_BUILD ${NEARFOLD_UNITY} UNITY_BUILD_MODE ${mode} UNITY_BUILD_BATCH_SIZE 8)
endfunction()

# precompile(TARGET HEADER...): with those of the standard library that most files include.
function(precompile target)
  target_precompile_headers(${target} PRIVATE <algorithm> <array> <chrono> <cmath> <cstdint>
    <fstream> <functional> <limits> <memory> <numeric> <optional> <span> <sstream>
    <string> <string_view> <utility> <variant> <vector> ${ARGN})
  # GCC 12 takes what is precompiled for ours, and its own strings for wrong.
  target_compile_options(${target} PRIVATE
    "$<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-array-bounds;-Wno-stringop-overflow>")
endfunction()
