// An .npz taken apart, so that a test can change one thing in it and write it again.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "io/meta_json.hpp"
#include "io/npz_array.hpp"

namespace nearfold::io {

/// The arrays of a file, to be changed and written again.
class Parts {
 public:
  explicit Parts(const std::string& file) {
    const Archive archive(ByteSource::file(file));
    for (const std::string& name : archive.names()) {
      ByteSource entry = archive.entry(name);
      std::string bytes(static_cast<std::size_t>(entry.size()), '\0');
      entry.read(std::as_writable_bytes(std::span(bytes)));
      entries_.push_back({name + ".npy", bytes, {}});
    }
  }

  const std::vector<ZipEntry>& entries() const { return entries_; }
  Parts without(const std::string& name) const {
    Parts parts = *this;
    std::erase_if(parts.entries_, [&](const auto& entry) { return entry.name == name + ".npy"; });
    return parts;
  }
  Parts with(const ZipEntry& entry) const {
    Parts parts = *this;
    parts.of(entry.name) = {
        entry.name,
        entry.head +
            std::string(reinterpret_cast<const char*>(entry.body.data()), entry.body.size()),
        {}};
    return parts;
  }
  /// Zeros of another type or shape.
  template <class T>
  Parts shaped(const std::string& name, std::initializer_list<std::int64_t> shape) const {
    const std::vector<T> zeros(static_cast<std::size_t>(*checked_product(shape)));
    return with(array_entry(name, shape, zeros));
  }
  /// One value of an array.
  template <class T>
  Parts value(const std::string& name, std::size_t at, T value) const {
    Parts parts = *this;
    std::string& bytes = parts.of(name + ".npy").head;
    const std::size_t header = 10 + static_cast<unsigned char>(bytes[8]);
    std::memcpy(&bytes[header + at * sizeof(T)], &value, sizeof(T));
    return parts;
  }
  /// One value of `meta`, at a path as "/params/lists".
  Parts meta(const std::string& where, const Json& value) const {
    Json json = parsed();
    json[Json::json_pointer(where)] = value;
    return with(json_entry(json));
  }
  Parts without_meta(const std::string& key) const {
    Json json = parsed();
    json.erase(key);
    return with(json_entry(json));
  }

 private:
  ZipEntry& of(const std::string& name) {
    return *std::find_if(entries_.begin(), entries_.end(),
                         [&](const auto& entry) { return entry.name == name; });
  }
  Json parsed() const {
    const std::string bytes = Parts(*this).of("meta.npy").head;
    return Json::parse(bytes.substr(bytes.find("\n{") + 1));
  }

  std::vector<ZipEntry> entries_;
};

}  // namespace nearfold::io
