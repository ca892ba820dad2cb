// Before C++20 there is one error, and it says so.
#include "nearfold/nearfold.hpp"

int main() {}
