// The language that nearfold is written in, and what its shared library exports. Every public
// header includes this one.
#pragma once

#if __cplusplus < 202002L
#error "nearfold needs C++20: compile with -std=c++20"
#endif

// The library is compiled with everything hidden; functions and classes marked by this are its
// interface. The same objects make the static and the shared library, so there is no macro to set.
#if defined(__GNUC__)
#define NEARFOLD_EXPORT __attribute__((visibility("default")))
#else
#define NEARFOLD_EXPORT
#endif
