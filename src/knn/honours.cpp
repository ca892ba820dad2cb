#include "knn/honours.hpp"

#include <type_traits>

#include "nearfold/error.hpp"
#include "nearfold/knn.hpp"

namespace nearfold {

std::string listed(const std::vector<std::string>& words, const std::string& last) {
  std::string text;
  for (std::size_t w = 0; w < words.size(); ++w)
    text += (w == 0 ? "" : w + 1 == words.size() ? " " + last + " " : ", ") + words[w];
  return text;
}

void check_metric(const KnnParams& params, Metric metric) {
  const MetricRow& row = row_of(metric);
  if (std::visit([&](const auto& p) { return honours(p, row); }, params)) return;
  std::vector<std::string> working;
  for_each_alternative<KnnParams>([&]<class Params>(const Params& p) {
    if (std::is_same_v<Params, AutoKnn> || !honours(p, row)) return;
    working.push_back(std::string(index_name(p)) +
                      (std::is_same_v<Params, FlatKnn> ? " (exact)" : ""));
  });
  throw Unsupported(std::string(std::visit([](const auto& p) { return index_name(p); }, params)) +
                    " cannot search by " + name(metric) + "; use " + listed(working, "or") +
                    " for it");
}

bool searched_on_gpu(const KnnParams& params, Metric metric) noexcept {
  return std::visit([](const auto& p) { return is_on_gpu(p); }, params) &&
         honours_on_gpu(row_of(metric));
}

std::string searches_on_gpu() {
  std::vector<std::string> indexes;
  for_each_alternative<KnnParams>([&](const auto& params) {
    if (is_on_gpu(params)) indexes.emplace_back(index_name(params));
  });
  return listed(indexes, "and") + ", and by " + listed(metrics_that(honours_on_gpu), "and");
}

}  // namespace nearfold
