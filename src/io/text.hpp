// Lines of a text file, read in blocks: what CSV and label files share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "io/source.hpp"

namespace nearfold::io {

/// Whether a blank line is a line.
enum class Blank { refuse, keep };

/// Reads lines. "\n" and "\r\n" end one, and "\r" alone where a file begins without "\n"; a UTF-8
/// byte order mark is dropped, UTF-16 is refused.
class LineReader {
 public:
  explicit LineReader(ByteSource& source, Blank blank = Blank::refuse);

  /// The next line, valid until the next call; false at the end. Unless they are kept, blank lines
  /// are skipped behind the last line with text and InvalidInput elsewhere. So is a line longer
  /// than 64 MiB.
  bool next(std::string_view& line);

  /// After the last line: what ByteSource::finish() does.
  void finish() { source_.finish(); }

  /// Number of the line that next() gave last, from 1.
  std::int64_t number() const { return number_; }
  /// Size of the whole file; 0 where it is packed.
  std::int64_t bytes() const { return source_.has_size() ? source_.size() : 0; }

  /// Throws InvalidInput naming the file, the line of next() and, if not 0, the column from 1.
  [[noreturn]] void fail(const std::string& what, std::int64_t column = 0) const {
    fail_at(number_, what, column);
  }
  /// The same of another line.
  [[noreturn]] void fail_at(std::int64_t line, const std::string& what,
                            std::int64_t column = 0) const;

 private:
  bool next_raw(std::string_view& line);
  void require_sane(std::size_t length);  // of the line after number_
  void refill();

  ByteSource& source_;
  Blank blank_;
  char line_end_ = '\n';
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  // of what has not been given out
  std::size_t end_ = 0;
  bool ended_ = false;  // there is nothing more in the source
  std::int64_t number_ = 0;
};

/// `text` without spaces and tabs around it.
std::string_view trimmed(std::string_view text);

}  // namespace nearfold::io
