// Plans that do not fit: what is said, and what would fit.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "method.hpp"
#include "nearfold/error.hpp"
#include "nearfold/plan.hpp"

namespace nearfold {
namespace {

/// "50 columns (0.9 GB)" for a plan that fits; otherwise nothing.
void offer(const PlannedPoints& points, const Settings& settings, std::int64_t limit,
           const std::string& what, std::vector<std::string>& offers) {
  const std::int64_t bytes = plan(points, settings).host_bytes();
  if (bytes <= limit) offers.push_back(what + " (" + bytes_text(bytes) + ")");
}

void offer_fewer_neighbors(const PlannedPoints& points, Settings settings, std::int64_t limit,
                           std::vector<std::string>& offers) {
  const std::optional<Thriftier> fewer =
      std::visit([](const auto& p) { return with_fewer_neighbors(p); }, settings.method);
  if (!fewer) return;
  settings.method = fewer->method;
  offer(points, settings, limit, fewer->what, offers);
}

void offer_fewer_columns(PlannedPoints points, const Settings& settings, std::int64_t limit,
                         std::vector<std::string>& offers) {
  constexpr std::int64_t kColumns = 50;
  if (points.dim <= kColumns || points.n < kColumns) return;
  points.dim = points.search_width = kColumns;
  offer(points, settings, limit, "50 principal components (pca(points, 50))", offers);
}

/// The most points that fit, to two digits.
void offer_fewer_points(PlannedPoints points, const Settings& settings, std::int64_t limit,
                        std::vector<std::string>& offers) {
  const auto need = static_cast<double>(plan(points, settings).host_bytes());
  const double n = static_cast<double>(points.n) * static_cast<double>(limit) / need;
  std::int64_t digits = 1;
  while (static_cast<double>(digits) * 100 <= n) digits *= 10;
  points.n = static_cast<std::int64_t>(n) / digits * digits;
  while (points.n >= 1000 && plan(points, settings).host_bytes() > limit) points.n -= digits;
  if (points.n >= 1000)
    offer(points, settings, limit, std::to_string(points.n) + " points", offers);
}

}  // namespace

void require_memory(const PlannedPoints& points, const Settings& settings,
                    const MemoryLimit& limit) {
  const Plan wanted = plan(points, settings);
  if (wanted.host_bytes() <= limit.bytes) return;
  std::vector<std::string> offers;
  offer_fewer_columns(points, settings, limit.bytes, offers);
  offer_fewer_neighbors(points, settings, limit.bytes, offers);
  offer_fewer_points(points, settings, limit.bytes, offers);
  const std::string columns = points.dim > 0
                                  ? " points of " + std::to_string(points.dim) + " columns need "
                                  : " points with their graph need ";
  std::string message = std::to_string(points.n) + columns + bytes_text(wanted.host_bytes()) +
                        " of memory in stage " + wanted.largest().name + ", and " + limit.by +
                        " allows " + bytes_text(limit.bytes);
  for (std::size_t i = 0; i < offers.size(); ++i)
    message += (i == 0 ? "; what would fit: " : ", ") + offers[i];
  throw OutOfMemory(message, wanted.host_bytes(), limit.bytes);
}

}  // namespace nearfold
