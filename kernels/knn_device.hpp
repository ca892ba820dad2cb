// What knn.cpp asks of a device beside FAISS.
#pragma once

#include "knn_select.hpp"
#include "nearfold/device.hpp"

namespace nearfold {

/// select_nearest() of knn_select.hpp on a GPU; does not wait for it.
void select_nearest(const Cuda& on, const Selection& job);

}  // namespace nearfold
