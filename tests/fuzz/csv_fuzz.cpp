// Text: rows of numbers, tables with a column of another kind, and labels one a line.
#include "fuzz.hpp"
#include "io/table.hpp"

namespace {

using namespace nearfold;

/// The first column is no feature: perhaps another one has the name "0", or two have.
void read_with(fuzz::Bytes bytes, const io::TableOptions& options) {
  try {
    const auto table = fuzz::read(bytes, [&](io::ByteSource& source) {
      return io::read_text_table(source, options, io::Missing::nan);
    });
    if (table) fuzz::check(table->labels);
    if (table && table->points.rows() > 0) fuzz::check(table->points);
  } catch (const InvalidParameter&) {
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Bytes bytes = fuzz::bytes_of(data, size);
  fuzz::read_points(bytes, io::read_csv, io::describe_csv);
  fuzz::read_labels(bytes, io::read_text_labels);
  read_with(bytes, {.label_column = "0", .leave_text = true});
  read_with(bytes, {.one_hot = {"0"}});
  return 0;
}
