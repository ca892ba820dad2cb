// Numbers that hold more than float32 on their way to it: float64, long integers, text. What is
// lost grows with the distance of a column's values from 0, so each column may be taken less an
// offset, in double and before it is rounded. Distances that see no shift per column stay what they
// are.
//
// A pass over the values with no offset comes first. Where it meets a value that is not exactly a
// float32, and the column is farther from 0 than it is wide, the column's offset is the median of
// rows evenly spaced over the data: the same for any blocks and threads, whatever outliers there
// are. Columns of exact values keep their bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "io/io.hpp"
#include "io/source.hpp"

namespace nearfold::io {

/// Types whose values float32 may hold rounded only.
template <class T>
inline constexpr bool kWide = std::is_same_v<T, double> ||
                              (std::is_integral_v<T> && sizeof(T) >= 4);

class Rounding {
 public:
  /// How values follow each other: row after row, or column after column.
  enum class Order { rows, columns };

  /// Before any value: what read_matrix() was given. Null: nothing is subtracted.
  void set(const Shift* shift);
  const std::vector<double>& offsets() const { return offsets_; }

  /// Begins a pass over all values of rows x cols. InvalidInput when offsets of another number of
  /// columns were given.
  void begin(std::int64_t rows, std::int64_t cols, Order order = Order::rows);
  /// Converts the values from `first` of the pass on; false when one does not fit float32. Blocks
  /// may come in any order. Without begin() there are no columns, and no offsets.
  template <class T>
  bool convert(std::int64_t first, std::span<const T> in, float* out);
  /// After the first pass: whether there are offsets now, so that another one is needed.
  bool choose_offsets();

  /// Integers of this pass that became other numbers.
  std::int64_t integers() const { return integers_; }
  /// Throws InvalidInput when all that was not 0 became it, or lost its digits on the way there.
  void require_normal(const std::string& file) const;
  /// What there is to say of values that became others, or equal to others.
  /// `titles` are those of the columns; empty: they go by their numbers.
  void warn(const std::string& file, std::vector<std::string>& warnings,
            std::span<const std::string> titles = {}) const;

 private:
  struct Merged {
    std::int64_t values = 0, columns = 0, first = 0;
  };

  template <class T>
  void sample(std::int64_t first, std::span<const T> in);
  template <class T>
  bool convert_all(std::int64_t first, std::span<const T> in, float* out);
  std::span<const double> sample_of(std::int64_t column) const;
  Merged count_merged() const;

  bool may_shift_ = false, choose_ = false;
  std::vector<double> offsets_;
  std::int64_t rows_ = 0, cols_ = 0, sampled_ = 0;
  Order order_ = Order::rows;
  std::int64_t integers_ = 0;
  double largest_ = 0;          // of this pass, less offsets
  std::vector<char> inexact_;   // by column: some value is no float32
  std::vector<double> sample_;  // by column: the values of sampled_ rows
};

/// A pass, and another where the first has found offsets. `source` is at the first value.
template <class Source, class Pass>
void in_passes(Source& source, std::int64_t rows, std::int64_t cols, Rounding::Order order,
               const Pass& pass) {
  Rounding& rounding = source.rounding();
  const std::int64_t start = source.position();
  rounding.begin(rows, cols, order);
  pass();
  if (rounding.choose_offsets()) {
    source.seek(start);
    rounding.begin(rows, cols, order);
    pass();
  }
  rounding.require_normal(source.name());
}

/// Values of text, row after row, of which nobody knows how many come: floats as long as all of
/// them are, doubles from then on.
class TextValues {
 public:
  void reserve(std::size_t count) { floats_.reserve(count); }
  void push_back(double value);
  std::size_t size() const { return floats_.size() + doubles_.size(); }
  double operator[](std::size_t at) const {
    return doubles_.empty() ? double{floats_[at]} : doubles_[at];
  }
  /// Takes columns out of the rows; keep[c] tells of each.
  void keep_columns(const std::vector<bool>& keep);
  /// All of them as rows of `cols` values, which ends this.
  Matrix take(std::int64_t cols, const ByteSource& source);

 private:
  std::vector<float> floats_;
  std::vector<double> doubles_;
};

}  // namespace nearfold::io
