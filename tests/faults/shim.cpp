// Makes the n-th call of a kind fail, in whatever program it is loaded into before all else
// (LD_PRELOAD). NEARFOLD_FAIL says what: "new:12" the twelfth operator new of 1 KiB or more, "io:3"
// the third write, fsync or rename, with ENOSPC, "read:2" the second pread, with EIO.
// "NEARFOLD_COUNT=1" prints at the end how many calls of each kind there were. Calls before and
// after main() are let be: nobody can catch what fails there.
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

namespace {

using Main = int(int, char**, char**);
Main* g_main = nullptr;
std::atomic<bool> g_in_main{false};

/// Calls of one kind, of which one fails.
struct Kind {
  const char* name;
  std::atomic<long> calls{0};
  long fails = read_limit();

  explicit Kind(const char* name) : name(name) {}

  long read_limit() const {
    const char* text = std::getenv("NEARFOLD_FAIL");
    const std::size_t length = std::strlen(name);
    if (text == nullptr || std::strncmp(text, name, length) != 0 || text[length] != ':') return 0;
    return std::atol(text + length + 1);
  }
  bool fails_now() { return g_in_main && ++calls == fails; }
};

Kind g_new("new"), g_io("io"), g_read("read");

struct Counts {
  ~Counts() {
    if (std::getenv("NEARFOLD_COUNT") == nullptr) return;
    std::fprintf(stderr, "calls: new %ld io %ld read %ld\n", g_new.calls.load(), g_io.calls.load(),
                 g_read.calls.load());
  }
} g_counts;

template <class Function>
Function* original(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

int counted_main(int argc, char** argv, char** environment) {
  g_in_main = true;
  const int code = g_main(argc, argv, environment);
  g_in_main = false;
  return code;
}

bool no_space() {
  if (!g_io.fails_now()) return false;
  errno = ENOSPC;
  return true;
}

}  // namespace

void* operator new(std::size_t size) {
  // Not the small ones: the destructor of a JSON value makes some, and cannot say that it failed.
  constexpr std::size_t kSmall = 1024;
  const bool fails = size >= kSmall && g_new.fails_now();
  void* const memory = fails ? nullptr : std::malloc(size > 0 ? size : 1);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

extern "C" {

int __libc_start_main(Main* main, int argc, char** argv, void (*init)(), void (*fini)(),
                      void (*linker_fini)(), void* stack_end) {
  g_main = main;
  using Start = int(Main*, int, char**, void (*)(), void (*)(), void (*)(), void*);
  return original<Start>("__libc_start_main")(counted_main, argc, argv, init, fini, linker_fini,
                                              stack_end);
}
ssize_t write(int fd, const void* bytes, size_t count) {
  if (fd > STDERR_FILENO && no_space()) return -1;
  return original<ssize_t(int, const void*, size_t)>("write")(fd, bytes, count);
}
int fsync(int fd) {
  if (no_space()) return -1;
  return original<int(int)>("fsync")(fd);
}
int rename(const char* from, const char* to) {
  if (no_space()) return -1;
  return original<int(const char*, const char*)>("rename")(from, to);
}
ssize_t pread(int fd, void* bytes, size_t count, off_t offset) {
  if (g_read.fails_now()) {
    errno = EIO;
    return -1;
  }
  return original<ssize_t(int, void*, size_t, off_t)>("pread")(fd, bytes, count, offset);
}
ssize_t pread64(int fd, void* bytes, size_t count, off_t offset) {
  return pread(fd, bytes, count, offset);
}
}
