// nearfold: t-SNE and UMAP over a k-nearest-neighbour graph. Includes the whole public interface.
#pragma once

#include "nearfold/export.hpp"  // IWYU pragma: export

#if __cplusplus >= 202002L         // or else export.hpp has said what is wrong, and that is enough
#include "nearfold/aligned.hpp"    // IWYU pragma: export
#include "nearfold/compare.hpp"    // IWYU pragma: export
#include "nearfold/density.hpp"    // IWYU pragma: export
#include "nearfold/device.hpp"     // IWYU pragma: export
#include "nearfold/embed.hpp"      // IWYU pragma: export
#include "nearfold/error.hpp"      // IWYU pragma: export
#include "nearfold/grid.hpp"       // IWYU pragma: export
#include "nearfold/knn.hpp"        // IWYU pragma: export
#include "nearfold/knn_graph.hpp"  // IWYU pragma: export
#include "nearfold/knn_parts.hpp"  // IWYU pragma: export
#include "nearfold/matrix.hpp"     // IWYU pragma: export
#include "nearfold/model.hpp"      // IWYU pragma: export
#include "nearfold/params.hpp"     // IWYU pragma: export
#include "nearfold/pca.hpp"        // IWYU pragma: export
#include "nearfold/plan.hpp"       // IWYU pragma: export
#include "nearfold/progress.hpp"   // IWYU pragma: export
#include "nearfold/quality.hpp"    // IWYU pragma: export
#include "nearfold/sparse.hpp"     // IWYU pragma: export
#include "nearfold/stored.hpp"     // IWYU pragma: export
#include "nearfold/surface.hpp"    // IWYU pragma: export
#include "nearfold/unique.hpp"     // IWYU pragma: export
#include "nearfold/weights.hpp"    // IWYU pragma: export
#endif
