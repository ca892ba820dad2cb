#include "core/stopping.hpp"

#include <utility>

namespace nearfold {
namespace {

thread_local StopScope* t_scope = nullptr;

}  // namespace

StopScope::StopScope(std::function<bool()> go_on)
    : go_on_(std::move(go_on)), outer_(std::exchange(t_scope, this)) {}

StopScope::~StopScope() {
  t_scope = outer_;
}

void throw_if_stopped() {
  constexpr std::chrono::milliseconds kBetween(50);
  if (t_scope == nullptr || !t_scope->go_on_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - t_scope->asked_ < kBetween) return;
  t_scope->asked_ = now;
  if (!t_scope->go_on_()) throw Stopped{};
}

}  // namespace nearfold
