// Lines out of blocks: a line is a view into the buffer; the rest of a line that a block cuts is
// moved to the front before the next block is read behind it.
#include "io/text.hpp"

#include <algorithm>

#include "nearfold/error.hpp"

namespace nearfold::io {
namespace {

constexpr std::size_t kTextBlock = std::size_t{1} << 19;
constexpr std::size_t kLongestLine = std::size_t{64} << 20;

}  // namespace

LineReader::LineReader(ByteSource& source, Blank blank) : source_(source), blank_(blank) {
  refill();
  const std::string_view start(buffer_.data(), end_);
  if (start.starts_with("\xff\xfe") || start.starts_with("\xfe\xff"))
    source_.malformed_at(0, "the text is UTF-16: convert it, with iconv -f UTF-16 -t UTF-8");
  if (start.starts_with("\xef\xbb\xbf")) begin_ = 3;
  if (start.find('\n') == std::string_view::npos && start.find('\r') != std::string_view::npos)
    line_end_ = '\r';
}

bool LineReader::next(std::string_view& line) {
  std::int64_t blank = 0;
  while (next_raw(line)) {
    ++number_;
    if (trimmed(line).empty() && blank_ == Blank::refuse) {
      if (blank == 0) blank = number_;
    } else if (blank != 0) {
      number_ = blank;
      fail("the line is blank, and more lines follow: remove it");
    } else {
      return true;
    }
  }
  return false;
}

bool LineReader::next_raw(std::string_view& line) {
  std::size_t searched = 0;
  for (;;) {
    const std::string_view rest(buffer_.data() + begin_, end_ - begin_);
    const std::size_t stop = rest.find(line_end_, searched);
    const bool last = stop == std::string_view::npos && ended_;
    if (last && rest.empty()) return false;
    if (stop != std::string_view::npos || last) {
      line = rest.substr(0, stop);
      require_sane(line.size());
      begin_ = std::min(end_, begin_ + line.size() + 1);
      if (line.ends_with('\r')) line.remove_suffix(1);
      return true;
    }
    searched = rest.size();
    require_sane(searched);
    refill();
  }
}

void LineReader::require_sane(std::size_t length) {
  if (length <= kLongestLine) return;
  ++number_;
  fail("the line is longer than 64 MiB: is this a text file?");
}

void LineReader::refill() {
  std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
            buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
  end_ -= begin_;
  begin_ = 0;
  // No more room than the file can fill: most files are smaller than a block.
  const std::int64_t left = source_.remaining();
  const auto block = static_cast<std::size_t>(std::min(left, std::int64_t{kTextBlock}));
  if (end_ + block > buffer_.size()) buffer_.resize(end_ + std::max(end_, block));
  const auto count =
      static_cast<std::size_t>(std::min(left, static_cast<std::int64_t>(buffer_.size() - end_)));
  const auto room = std::as_writable_bytes(std::span(buffer_).subspan(end_, count));
  if (source_.has_size()) {
    source_.read(room);
    end_ += count;
    ended_ = source_.remaining() == 0;
  } else {
    const std::size_t got = source_.read_some(room);
    end_ += got;
    ended_ = got == 0;
  }
}

void LineReader::fail_at(std::int64_t line, const std::string& what, std::int64_t column) const {
  throw InvalidInput("'" + source_.name() + "', line " + std::to_string(line) +
                     (column > 0 ? ", column " + std::to_string(column) : "") + ": " + what);
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace nearfold::io
