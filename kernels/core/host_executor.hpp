// A GPU's way of working, played on the host: what kernels/ is tested with where there is none.
// Algorithms in kernels/ are templates over an executor, this one or CudaExecutor
// (cuda_executor.cuh), and made of loop bodies that never wait for each other. So the same lines
// run here, under sanitizers and in hostile order, and on a device.
//
// An executor has
//   Buffer<T>                 memory of the device: size(), data(); made by buffer() or upload()
//   bring(), fetch()          values from and to the host, waited for
//   for_each(n, body)         body(i) for i in [0, n), in any order, at once
//   for_each_row(rows, body)  total = body.part(i, lane) of kRowLanes lanes added in halves
//                             (lane l and l + 8, then l + 4, ...), then body.finish(i, total)
//   sort(keys)                whole numbers of 64 bits, ascending
//   scan(values, n)           whole numbers become the sums of those before them
//   free_bytes()              that could be allocated
//   wait()                    until all work is done; throws when it failed
//   record(work)              a Recording of the loops and convolutions that work() asks for, none
//                             of which is done before replay(). Their arguments are frozen; what
//                             changes is read from memory of the device. work() can't wait, copy
//                             or ask for memory
// Work is ordered: a loop sees what loops before it wrote. Downloads wait for it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "kernels/core/launch_shape.hpp"
#include "nearfold/matrix.hpp"

namespace nearfold {

class HostExecutor {
 public:
  /// What an executor and its copies have done.
  struct Counts {
    int loops = 0;  // that had anything to do
    int recordings = 0, replays = 0;
  };

 private:
  using Tape = std::vector<std::function<void()>>;
  struct Shared {
    Counts counts;
    Tape* tape = nullptr;  // while something is recorded

    template <class Work>
    void run(const Work& work) {
      if (tape)
        tape->emplace_back(work);
      else
        work();
    }
    void refuse_in_recordings(const char* what) const {
      if (tape) throw std::logic_error(std::string("a recording has no place for ") + what);
    }
  };

 public:
  using Space = HostExecutor;
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
    shared_->refuse_in_recordings("memory");
    return Buffer<T>(static_cast<std::size_t>(size));
  }
  template <class T>
  Buffer<T> upload(const std::vector<T>& values) const {
    auto made = buffer<T>(static_cast<std::int64_t>(values.size()));
    write(values, made);
    return made;
  }
  /// Into a buffer of that size, which stays where it is.
  template <class T>
  void write(const std::vector<T>& values, Buffer<T>& to) const {
    shared_->refuse_in_recordings("a copy");
    if (!values.empty()) std::memcpy(to.data(), values.data(), values.size() * sizeof(T));
  }
  /// `to` stays where it is when it has the size.
  template <class T>
  void copy(const Buffer<T>& from, Buffer<T>& to) const {
    shared_->refuse_in_recordings("a copy");
    if (to.size() != from.size()) to = Buffer<T>(from.size());
    if (from.size() > 0) std::memcpy(to.data(), from.data(), from.size() * sizeof(T));
  }
  template <class T>
  void bring(const T* from_host, std::int64_t count, T* to) const {
    shared_->refuse_in_recordings("a copy");
    std::copy_n(from_host, count, to);
  }
  template <class T>
  void fetch(const T* from, std::int64_t count, T* to_host) const {
    shared_->refuse_in_recordings("a copy");
    std::copy_n(from, count, to_host);
  }
  template <class T>
  std::vector<T> download(const Buffer<T>& from) const {
    shared_->refuse_in_recordings("a copy");
    return std::vector<T>(from.data(), from.data() + from.size());
  }

  template <class T>
  T download(const Buffer<T>& from, std::int64_t index) const {
    shared_->refuse_in_recordings("a copy");
    return from.data()[index];
  }

  void sort(Buffer<std::uint64_t>& keys) const {
    shared_->refuse_in_recordings("memory");
    std::sort(keys.data(), keys.data() + keys.size());
  }
  void scan(std::int64_t* values, std::int64_t n) const {
    shared_->refuse_in_recordings("memory");
    std::exclusive_scan(values, values + n, values, std::int64_t{0});
  }
  void wait() const { shared_->refuse_in_recordings("a wait"); }
  std::int64_t free_bytes() const { return std::int64_t{1} << 20; }  // little: loops go around

  /// Backwards: whoever counts on the order is found out.
  template <class Body>
  void for_each(std::int64_t n, const Body& body) const {
    run_loop(n, [n, body] {
      for (std::int64_t i = n; i-- > 0;) body(i);
    });
  }

  template <class Body>
  void for_each_row(std::int64_t rows, const Body& body) const {
    run_loop(rows, [rows, body] {
      for (std::int64_t i = rows; i-- > 0;) {
        using Share = decltype(body.part(i, 0));
        Share lane[kRowLanes];
        for (int l = 0; l < kRowLanes; ++l) lane[l] = body.part(i, l);
        for (int width = kRowLanes / 2; width > 0; width /= 2)
          for (int l = 0; l < width; ++l) lane[l] += lane[l + width];
        body.finish(i, lane[0]);
      }
    });
  }

  const Counts& counts() const { return shared_->counts; }

  class Recording {
   public:
    void replay() const {
      ++shared_->counts.replays;
      for (const auto& work : tape_) work();
    }

   private:
    friend class HostExecutor;
    Tape tape_;
    std::shared_ptr<Shared> shared_;
  };
  template <class Work>
  Recording record(const Work& work) const {
    shared_->refuse_in_recordings("a recording");
    Recording made;
    made.shared_ = shared_;
    struct End {
      Shared& shared;
      ~End() { shared.tape = nullptr; }
    } const end{*shared_};
    shared_->tape = &made.tape_;
    work();
    ++shared_->counts.recordings;
    return made;
  }

  /// What is not a loop, in its place among them; it can't be recorded where it needs memory.
  template <class Work>
  void run(const Work& work) const {
    shared_->run(work);
  }
  void refuse_in_recordings(const char* what) const { shared_->refuse_in_recordings(what); }

 private:
  template <class Work>
  void run_loop(std::int64_t n, const Work& loop) const {
    if (n <= 0) return;
    shared_->run([shared = shared_.get(), loop] {
      ++shared->counts.loops;
      loop();
    });
  }
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

}  // namespace nearfold
