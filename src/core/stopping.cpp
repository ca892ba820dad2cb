#include "core/stopping.hpp"

#include <algorithm>
#include <utility>

namespace nearfold {
namespace {

thread_local StopScope* t_scope = nullptr;

}  // namespace

StopScope::StopScope(std::function<bool(double)> go_on)
    : go_on_(std::move(go_on)), outer_(std::exchange(t_scope, this)) {}

StopScope::~StopScope() {
  t_scope = outer_;
}

void StopScope::ask() {
  constexpr std::chrono::milliseconds kBetween(50);
  if (!go_on_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - asked_ < kBetween) return;
  asked_ = now;
  if (!go_on_(done_)) throw Stopped{};
}

Part::Part(double end, int loops)
    : scope_(t_scope != nullptr && t_scope->counted_ == nullptr ? t_scope : nullptr) {
  if (scope_ == nullptr) return;
  begin_ = std::exchange(scope_->begin_, scope_->done_);
  end_ = scope_->end_;
  loops_ = std::exchange(scope_->loops_, loops);
  scope_->end_ = std::clamp(begin_ + (end_ - begin_) * end, scope_->done_, end_);
}

Part::~Part() {
  if (scope_ == nullptr) return;
  scope_->done_ = scope_->end_;
  scope_->begin_ = begin_;
  scope_->end_ = end_;
  scope_->loops_ = loops_;
}

CountedLoop::CountedLoop(std::int64_t ranges) {
  if (t_scope == nullptr || t_scope->counted_ != nullptr || t_scope->loops_ == 0 || ranges < 1)
    return;
  scope_ = t_scope;
  scope_->counted_ = this;
  begin_ = scope_->done_;
  width_ = (scope_->end_ - begin_) / scope_->loops_-- / static_cast<double>(ranges);
  end_ = begin_ + width_ * static_cast<double>(ranges);
}

CountedLoop::~CountedLoop() {
  if (scope_ == nullptr) return;
  scope_->counted_ = nullptr;
  scope_->done_ = std::min(end_, scope_->end_);
}

void CountedLoop::begin_range(std::int64_t r) const {
  if (t_scope == nullptr) return;
  if (t_scope == scope_)
    scope_->done_ = std::max(scope_->done_, begin_ + width_ * static_cast<double>(r));
  t_scope->ask();
}

void throw_if_stopped() {
  if (t_scope != nullptr) t_scope->ask();
}

void throw_if_stopped(double share) {
  if (t_scope == nullptr) return;
  StopScope& scope = *t_scope;
  const double done = scope.begin_ + (scope.end_ - scope.begin_) * std::clamp(share, 0.0, 1.0);
  if (scope.counted_ == nullptr) scope.done_ = std::max(scope.done_, done);
  scope.ask();
}

}  // namespace nearfold
