#include "cli/progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace nearfold::cli {
namespace {

volatile std::sig_atomic_t g_stop = 0;  // a signal handler has nowhere else to write

void on_signal(int signal) {
  if (g_stop != 0) _exit(128 + signal);
  g_stop = signal;
}

bool draws_bars() {
  const char* term = std::getenv("TERM");
  return isatty(STDERR_FILENO) != 0 && term != nullptr && std::strcmp(term, "dumb") != 0;
}

std::string clock_text(double seconds) {
  const auto s = static_cast<int>(seconds + 0.5);
  char text[32];
  std::snprintf(text, sizeof text, "%d:%02d", s / 60, s % 60);
  return text;
}

}  // namespace

void catch_signals() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, on_signal);
  std::signal(SIGXFSZ, SIG_IGN);  // a file beyond ulimit -f: write() then fails and is reported
}

int stop_signal() {
  return g_stop;
}

ProgressPrinter::ProgressPrinter(const std::string& mode, bool quiet) : mode_(Mode::none) {
  if (quiet || mode == "none") return;
  if (mode == "json") mode_ = Mode::json;
  if (mode == "bar") mode_ = Mode::bar;
  if (mode == "plain") mode_ = Mode::plain;
  if (mode == "auto") mode_ = draws_bars() ? Mode::bar : Mode::plain;
}

ProgressPrinter::~ProgressPrinter() {
  finish();
}

double ProgressPrinter::phase_seconds() const {
  return std::chrono::duration<double>(Clock::now() - began_).count();
}

void ProgressPrinter::end_phase() {
  if (phase_.empty()) return;
  const double took = phase_seconds();
  if (mode_ == Mode::bar) std::fprintf(stderr, "\r\033[K  %-9s %8.2f s\n", phase_.c_str(), took);
  if (mode_ == Mode::plain) std::fprintf(stderr, "  %-9s %8.2f s\n", phase_.c_str(), took);
  phase_.clear();
}

void ProgressPrinter::draw(std::int64_t done, std::int64_t total) const {
  const double took = phase_seconds();
  const double share = total > 0 ? static_cast<double>(done) / static_cast<double>(total) : 0;
  const double left = share > 0 ? took * (1 - share) / share : 0;
  if (mode_ == Mode::json) {
    std::fprintf(
        stderr,
        "{\"phase\":\"%s\",\"iter\":%lld,\"n_iter\":%lld,\"elapsed_s\":%.3f,\"eta_s\":%.3f}\n",
        phase_.c_str(), static_cast<long long>(done), static_cast<long long>(total), took, left);
  } else if (mode_ == Mode::plain) {
    std::fprintf(stderr, "  %-9s %3.0f %%, %s left\n", phase_.c_str(), 100 * share,
                 clock_text(left).c_str());
  } else if (total == 0) {
    std::fprintf(stderr, "\r\033[K  %-9s ...", phase_.c_str());
  } else {
    constexpr int kWidth = 32;
    const auto filled = static_cast<std::size_t>(share * kWidth);
    const std::string bar = std::string(filled, '#') + std::string(kWidth - filled, '.');
    std::fprintf(stderr, "\r\033[K  %-9s [%s] %3.0f %%  %lld/%lld  %s left", phase_.c_str(),
                 bar.c_str(), 100 * share, static_cast<long long>(done),
                 static_cast<long long>(total), clock_text(left).c_str());
  }
}

void ProgressPrinter::update(const std::string& phase, std::int64_t done, std::int64_t total) {
  shown_ = phase;
  if (mode_ == Mode::none) return;
  const bool fresh = phase != phase_;
  if (fresh) {
    end_phase();
    phase_ = phase;
    began_ = drawn_ = Clock::now();
    tenths_ = 0;
  }
  const int tenths = total > 0 ? static_cast<int>(10 * done / total) : 0;
  const bool due = Clock::now() - drawn_ > std::chrono::milliseconds(100);  // 10 a second is plenty
  const bool plain_due = tenths > tenths_ && tenths < 10 && phase_seconds() > 1;
  if (mode_ == Mode::plain ? !plain_due : !(fresh || due)) return;
  tenths_ = tenths;
  drawn_ = Clock::now();
  draw(done, total);
}

void ProgressPrinter::finish() {
  end_phase();
}

Progress ProgressPrinter::callback() {
  return [this](const ProgressInfo& info) {
    update(name(info.stage), info.done, info.total);
    return stop_signal() == 0;
  };
}

}  // namespace nearfold::cli
