// What the optimisers of kernels/ record and replay, and what a recording has no place for.
#include <gtest/gtest.h>
