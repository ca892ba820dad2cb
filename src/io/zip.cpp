// libzip, kept in this file. Reading goes through a callback over ByteSource,
// so that archives in files and in memory are the same, and bounded alike.
#include "io/zip.hpp"

#include <zip.h>

#include <algorithm>
#include <array>
#include <exception>
#include <set>
#include <utility>

#include "io/write.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {
namespace {

constexpr zip_int64_t kMaxEntries = 1000;

std::string without_suffix(std::string name) {
  if (name.ends_with(".npy")) name.resize(name.size() - 4);
  return name;
}

/// libzip only reads from fragments, though its type does not say so.
zip_buffer_fragment_t fragment(const void* data, std::size_t size) {
  return {const_cast<zip_uint8_t*>(static_cast<const zip_uint8_t*>(data)), size};
}

/// An entry that is read as it is written. What reading throws waits in `failure`.
class Outgoing {
 public:
  Outgoing(const ZipEntry& entry, std::exception_ptr& failure)
      : entry_(&entry), rest_(*entry.rest), failure_(&failure) {
    zip_error_init(&error_);
  }

  static zip_int64_t call(void* self, void* data, zip_uint64_t length, zip_source_cmd_t command) {
    auto& out = *static_cast<Outgoing*>(self);
    switch (command) {
      case ZIP_SOURCE_OPEN:
        out.position_ = 0;
        out.rest_.seek(0);
        return 0;
      case ZIP_SOURCE_READ:
        return out.read({static_cast<std::byte*>(data), length});
      case ZIP_SOURCE_STAT:
        return out.stat(data, length);
      case ZIP_SOURCE_ERROR:
        return zip_error_to_data(&out.error_, data, length);
      case ZIP_SOURCE_CLOSE:
        return 0;
      case ZIP_SOURCE_FREE:
        delete &out;
        return 0;
      case ZIP_SOURCE_SUPPORTS:
        return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_STAT,
                                              ZIP_SOURCE_ERROR, ZIP_SOURCE_CLOSE, ZIP_SOURCE_FREE,
                                              -1);
      default:
        zip_error_set(&out.error_, ZIP_ER_OPNOTSUPP, 0);
        return -1;
    }
  }

 private:
  std::size_t take(std::span<const std::byte> from, std::span<std::byte> into) {
    if (position_ >= from.size()) {
      position_ -= from.size();
      return 0;
    }
    const std::size_t count = std::min(into.size(), from.size() - position_);
    std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(position_), count, into.begin());
    return count;
  }

  zip_int64_t read(std::span<std::byte> into) {
    try {
      const std::size_t begin = position_;
      std::size_t got = take(std::as_bytes(std::span(entry_->head)), into);
      if (got == 0) got = take(entry_->body, into);
      if (got == 0) got = rest_.read_some(into);
      position_ = begin + got;
      return static_cast<zip_int64_t>(got);
    } catch (...) {
      *failure_ = std::current_exception();
      zip_error_set(&error_, ZIP_ER_READ, 0);
      return -1;
    }
  }

  zip_int64_t stat(void* data, zip_uint64_t length) const {
    if (length < sizeof(zip_stat_t)) return -1;
    auto* const status = static_cast<zip_stat_t*>(data);
    zip_stat_init(status);
    status->size =
        entry_->head.size() + entry_->body.size() + static_cast<zip_uint64_t>(entry_->rest->size());
    status->valid = ZIP_STAT_SIZE;
    return sizeof(zip_stat_t);
  }

  const ZipEntry* entry_;
  ByteSource rest_;
  std::size_t position_ = 0;
  std::exception_ptr* failure_;
  zip_error_t error_{};
};

zip_source_t* source_of(zip_t* archive, const ZipEntry& entry, std::exception_ptr& failure) {
  if (entry.rest) {
    auto outgoing = std::make_unique<Outgoing>(entry, failure);
    zip_source_t* const made = zip_source_function(archive, &Outgoing::call, outgoing.get());
    if (made != nullptr) static_cast<void>(outgoing.release());  // it is deleted by ZIP_SOURCE_FREE
    return made;
  }
  const zip_buffer_fragment_t parts[] = {fragment(entry.head.data(), entry.head.size()),
                                         fragment(entry.body.data(), entry.body.size())};
  return zip_source_buffer_fragment(archive, parts, 2, 0);
}

/// False when libzip refuses; the archive has the reason. The bytes are read by zip_close().
bool add_entry(zip_t* archive, const ZipEntry& entry, std::exception_ptr& failure) {
  constexpr zip_uint16_t kFirstOfJanuary1980 = (1 << 5) | 1;
  zip_source_t* const bytes = source_of(archive, entry, failure);
  if (bytes == nullptr) return false;
  const zip_int64_t index = zip_file_add(archive, entry.name.c_str(), bytes, ZIP_FL_ENC_UTF_8);
  if (index < 0) zip_source_free(bytes);
  const auto at = static_cast<zip_uint64_t>(index);
  return index >= 0 && zip_set_file_compression(archive, at, ZIP_CM_STORE, 0) == 0 &&
         zip_file_set_dostime(archive, at, 0, kFirstOfJanuary1980, 0) == 0;
}

}  // namespace

/// What libzip reads from. An exception of the source waits here: it cannot pass through C.
struct Archive::Input {
  ByteSource source;
  std::int64_t position = 0;
  zip_error_t error{};
  std::exception_ptr failure;

  zip_int64_t read(void* data, zip_uint64_t length) {
    try {
      const std::int64_t left = std::max<std::int64_t>(source.size() - position, 0);
      const auto count =
          static_cast<std::size_t>(std::min(length, static_cast<zip_uint64_t>(left)));
      const std::size_t got =
          source.peek(position, std::span(static_cast<std::byte*>(data), count));
      position += static_cast<std::int64_t>(got);
      return static_cast<zip_int64_t>(got);
    } catch (...) {
      failure = std::current_exception();
      zip_error_set(&error, ZIP_ER_READ, 0);
      return -1;
    }
  }

  zip_int64_t stat(void* data, zip_uint64_t length) {
    if (length < sizeof(zip_stat_t)) return -1;
    auto* const status = static_cast<zip_stat_t*>(data);
    zip_stat_init(status);
    status->size = static_cast<zip_uint64_t>(source.size());
    status->valid = ZIP_STAT_SIZE;
    return sizeof(zip_stat_t);
  }

  zip_int64_t seek(void* data, zip_uint64_t length) {
    const zip_int64_t to = zip_source_seek_compute_offset(static_cast<zip_uint64_t>(position),
                                                          static_cast<zip_uint64_t>(source.size()),
                                                          data, length, &error);
    if (to < 0) return -1;
    position = to;
    return 0;
  }

  static zip_int64_t call(void* self, void* data, zip_uint64_t length, zip_source_cmd_t command) {
    auto& input = *static_cast<Input*>(self);
    switch (command) {
      case ZIP_SOURCE_OPEN:
        input.position = 0;
        return 0;
      case ZIP_SOURCE_READ:
        return input.read(data, length);
      case ZIP_SOURCE_STAT:
        return input.stat(data, length);
      case ZIP_SOURCE_SEEK:
        return input.seek(data, length);
      case ZIP_SOURCE_TELL:
        return input.position;
      case ZIP_SOURCE_ERROR:
        return zip_error_to_data(&input.error, data, length);
      case ZIP_SOURCE_CLOSE:
      case ZIP_SOURCE_FREE:
        return 0;
      case ZIP_SOURCE_SUPPORTS:
        return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE,
                                              ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE,
                                              ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL, -1);
      default:
        zip_error_set(&input.error, ZIP_ER_OPNOTSUPP, 0);
        return -1;
    }
  }

  [[noreturn]] void fail(const std::string& what) const {
    if (failure) std::rethrow_exception(failure);
    source.malformed_at(position, what);
  }
};

/// An entry as it is unpacked, from its beginning again for what lies behind.
struct Archive::EntryStream {
  std::shared_ptr<zip_t> archive;
  std::shared_ptr<Input> input;
  zip_uint64_t index;
  std::string name;  // in quotes
  std::shared_ptr<zip_file_t> file = {};
  std::int64_t at = 0;

  void open() {
    file.reset();
    zip_file_t* const opened = zip_fopen_index(archive.get(), index, 0);
    if (opened == nullptr)
      input->fail("array " + name + ": " + zip_error_strerror(zip_get_error(archive.get())));
    file = {opened, [owner = archive](zip_file_t* open) { zip_fclose(open); }};
    at = 0;
  }

  std::size_t read(std::int64_t offset, std::span<std::byte> into) {
    if (offset < at) open();
    std::array<std::byte, 4096> skipped;
    while (at < offset) {
      const auto ask = static_cast<std::size_t>(
          std::min<std::int64_t>(offset - at, static_cast<std::int64_t>(skipped.size())));
      if (next(std::span(skipped).first(ask)) < ask) return 0;
    }
    return next(into);
  }

  std::size_t next(std::span<std::byte> into) {
    std::size_t done = 0;
    while (done < into.size()) {
      const zip_int64_t got = zip_fread(file.get(), into.data() + done, into.size() - done);
      if (got < 0)
        input->fail(std::string("damaged array: ") +
                    zip_error_strerror(zip_file_get_error(file.get())));
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    at += static_cast<std::int64_t>(done);
    return done;
  }
};

Archive::Archive(const ByteSource& source)
    : name_(source.name()), input_(std::make_shared<Input>(Input{source, 0, {}, {}})) {
  zip_error_init(&input_->error);
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* const stream = zip_source_function_create(&Input::call, input_.get(), &error);
  zip_t* const archive =
      stream != nullptr ? zip_open_from_source(stream, ZIP_RDONLY, &error) : nullptr;
  if (archive == nullptr) {
    const std::string reason = zip_error_strerror(&error);
    zip_error_fini(&error);
    if (stream != nullptr) zip_source_free(stream);
    input_->fail("not a readable zip archive: " + reason);
  }
  // The archive reads through the input until it is discarded, so it keeps it alive.
  zip_ = {archive, [input = input_](zip_t* opened) { zip_discard(opened); }};

  const zip_int64_t count = zip_get_num_entries(archive, 0);
  if (count > kMaxEntries)
    source.malformed_at(0, std::to_string(count) + " entries in the archive, the limit is 1000");
  std::set<std::string> seen;
  for (zip_int64_t i = 0; i < count; ++i) {
    const char* const name = zip_get_name(archive, static_cast<zip_uint64_t>(i), 0);
    names_.push_back(without_suffix(name != nullptr ? name : ""));
    if (!seen.insert(names_.back()).second)
      source.malformed_at(0, "two arrays are named " + in_quotes(names_.back()));
  }
}

bool Archive::has(const std::string& name) const {
  return std::find(names_.begin(), names_.end(), folder_ + name) != names_.end();
}

Archive Archive::folder(const std::string& name) const {
  Archive inside = *this;
  inside.folder_ += name;
  return inside;
}

std::string Archive::listing() const {
  std::string all;
  for (const std::string& name : names_) all += (all.empty() ? "" : ", ") + in_quotes(name);
  return all.empty() ? "none" : all;
}

std::int64_t Archive::unpacked_size(std::uint64_t index) const {
  const std::string what = "array " + in_quotes(names_[index]);
  zip_stat_t status;
  zip_stat_init(&status);
  constexpr zip_uint64_t kNeeded = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
  if (zip_stat_index(zip_.get(), index, 0, &status) != 0 || (status.valid & kNeeded) != kNeeded)
    input_->fail(what + " has no size");
  if ((status.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && status.encryption_method != ZIP_EM_NONE)
    input_->fail(what + " is encrypted: save it without a password");
  if (status.comp_method != ZIP_CM_STORE && status.comp_method != ZIP_CM_DEFLATE)
    input_->fail(what + " has compression method " + std::to_string(status.comp_method) +
                 ": use numpy.savez or numpy.savez_compressed");
  const auto size = static_cast<std::int64_t>(status.size);
  const auto packed = static_cast<std::int64_t>(status.comp_size);
  const std::int64_t most = status.comp_method == ZIP_CM_STORE
                                ? packed
                                : checked_product({packed, kMaxExpansion}).value_or(INT64_MAX);
  if (size < 0 || packed < 0 || packed > input_->source.size() || size > most)
    input_->fail(what + " claims " + std::to_string(status.size) + " bytes unpacked from " +
                 std::to_string(status.comp_size) + ": that is impossible");
  return size;
}

ByteSource Archive::entry(const std::string& inside) const {
  const std::string name = folder_ + inside;
  const auto found = std::find(names_.begin(), names_.end(), name);
  if (found == names_.end())
    throw InvalidInput("'" + name_ + "' has no array " + in_quotes(name) + "; it has " + listing());
  const auto index = static_cast<zip_uint64_t>(found - names_.begin());
  const std::int64_t size = unpacked_size(index);
  const auto stream =
      std::make_shared<EntryStream>(EntryStream{zip_, input_, index, in_quotes(name)});
  stream->open();
  const auto read = [stream](std::int64_t offset, std::span<std::byte> into) {
    return stream->read(offset, into);
  };
  ByteSource unpacked(name_ + ":" + printable(name), size, read);
  unpacked.unpacked_from(input_->source);
  return unpacked;
}

void write_zip(const std::string& path, std::span<const ZipEntry> entries, Overwrite overwrite) {
  AtomicFile file(path, overwrite);
  int code = 0;
  std::unique_ptr<zip_t, void (*)(zip_t*)> archive(
      zip_open(file.temporary().c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code), zip_discard);
  if (!archive) throw IoError("cannot write '" + path + "': zip error " + std::to_string(code));
  bool ok = true;
  std::exception_ptr failure;
  for (const ZipEntry& entry : entries) ok = ok && add_entry(archive.get(), entry, failure);
  ok = ok && zip_close(archive.get()) == 0;
  if (failure) std::rethrow_exception(failure);
  if (!ok)
    throw IoError("cannot write '" + path +
                  "': " + zip_error_strerror(zip_get_error(archive.get())));
  static_cast<void>(archive.release());  // zip_close() has freed it
  file.commit();
}

}  // namespace nearfold::io
