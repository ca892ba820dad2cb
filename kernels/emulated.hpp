// A GPU's way of working, played on the host: what kernels/ is tested with where there is none.
// Algorithms in kernels/ are templates over an executor, this one or OnDevice (launch.cuh), and
// made of loop bodies that never wait for each other. So the same lines run here, under sanitizers
// and in hostile order, and on a device.
//
// An executor has
//   Buffer<T>                 memory of the device: size(), data(); made by buffer() or upload()
//   bring(), fetch()          values from and to the host, waited for
//   for_each(n, body)         body(i) for i in [0, n), in any order, at once
//   for_each_row(rows, body)  total = body.part(i, lane) of kRowLanes lanes added in halves
//                             (lane l and l + 8, then l + 4, ...), then body.finish(i, total)
//   sort(keys)                whole numbers of 64 bits, ascending
//   Convolution               the grid of t-SNE by FFT, see tsne_fft.hpp
//   free_bytes()              that could be allocated
//   wait()                    until all work is done; throws when it failed
// Work is ordered: a loop sees what loops before it wrote. Downloads wait for it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "launch_shape.hpp"
#include "nearfold/matrix.hpp"
#include "tsne_grid.hpp"

namespace nearfold {

struct Emulated {
  using Space = Emulated;
  template <class T>
  class Buffer {
   public:
    Buffer() = default;
    /// Of bytes that no code should count on.
    explicit Buffer(std::size_t size) : values_(size) {
      if (size > 0) std::memset(static_cast<void*>(values_.data()), 0xA5, size * sizeof(T));
    }
    std::size_t size() const { return values_.size(); }
    T* data() { return values_.data(); }
    const T* data() const { return values_.data(); }

   private:
    std::vector<T> values_;
  };

  template <class T>
  Buffer<T> buffer(std::int64_t size) const {
    return Buffer<T>(static_cast<std::size_t>(size));
  }
  template <class T>
  Buffer<T> upload(const std::vector<T>& values) const {
    Buffer<T> buffer(values.size());
    if (!values.empty()) std::memcpy(buffer.data(), values.data(), values.size() * sizeof(T));
    return buffer;
  }
  template <class T>
  void copy(const Buffer<T>& from, Buffer<T>& to) const {
    to = from;
  }
  template <class T>
  void bring(const T* from_host, std::int64_t count, T* to) const {
    std::copy_n(from_host, count, to);
  }
  template <class T>
  void fetch(const T* from, std::int64_t count, T* to_host) const {
    std::copy_n(from, count, to_host);
  }
  template <class T>
  std::vector<T> download(const Buffer<T>& from) const {
    return std::vector<T>(from.data(), from.data() + from.size());
  }

  template <class T>
  T download(const Buffer<T>& from, std::int64_t index) const {
    return from.data()[index];
  }

  void sort(Buffer<std::uint64_t>& keys) const {
    std::sort(keys.data(), keys.data() + keys.size());
  }
  void wait() const {}
  std::int64_t free_bytes() const { return std::int64_t{1} << 20; }  // little: loops go around

  /// Backwards: whoever counts on the order is found out.
  template <class Body>
  void for_each(std::int64_t n, const Body& body) const {
    for (std::int64_t i = n; i-- > 0;) body(i);
  }

  template <class Body>
  void for_each_row(std::int64_t rows, const Body& body) const {
    for (std::int64_t i = rows; i-- > 0;) {
      using Part = decltype(body.part(i, 0));
      Part lane[kRowLanes];
      for (int l = 0; l < kRowLanes; ++l) lane[l] = body.part(i, l);
      for (int width = kRowLanes / 2; width > 0; width /= 2)
        for (int l = 0; l < width; ++l) lane[l] += lane[l + width];
      body.finish(i, lane[0]);
    }
  }

  /// TsneGrid behind the interface of CudaConvolution (tsne_grid.cuh).
  class Convolution {
   public:
    Convolution(const Emulated&, std::int64_t nodes) : grid_(nodes, Cpu{1}) {}
    std::int64_t nodes() const { return grid_.nodes(); }
    std::int64_t rows() const { return grid_.nodes(); }
    std::int64_t stride() const { return grid_.at(1, 0) - grid_.at(0, 0); }
    float* values() { return grid_.at(0, 0); }
    void convolve() { grid_.convolve(); }

   private:
    TsneGrid grid_;
  };
};

}  // namespace nearfold
