// How many rows a transform takes at once, and how much memory that is.
#pragma once

#include <cstdint>

#include "nearfold/model.hpp"
#include "nearfold/plan.hpp"

namespace nearfold::cli {

class TransformPlan {
 public:
  /// Of `rows` new rows of `columns`; the model is in memory already.
  TransformPlan(const Model& model, std::int64_t rows, std::int64_t columns,
                const MemoryLimit& limit, const Device& device);

  /// Rows of a block.
  std::int64_t together() const { return together_; }
  /// Of the model, of what searches it, and of a block.
  std::int64_t bytes() const { return model_ + search_ + together_ * row_; }
  /// Throws OutOfMemory where a small block does not fit.
  void require() const;
  /// On stdout, as a table or as JSON.
  void print(bool as_json) const;

 private:
  std::int64_t rows_, model_, search_, row_, together_ = 1;
  std::int64_t device_ = 0;  // of a GPU's memory, at least
  MemoryLimit limit_;
};

}  // namespace nearfold::cli
