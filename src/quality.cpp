// The scores of a layout. Everything is a mean over rows of a sample that Philox draws; each row
// writes its own value, and values are added in their order.
#include "nearfold/quality.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string>

#include "check.hpp"
#include "knn_exact.hpp"
#include "math/philox.hpp"
#include "nearfold/error.hpp"
#include "parallel.hpp"
#include "quality.hpp"

namespace nearfold {
namespace {

/// Data or layout, and how it is searched.
struct Side {
  MetricSpace space;
  ExactSearch exact;

  Side(HostMatrix<const float> points, const Distance& distance, const Cpu& on)
      : space(make_space(points, distance, on)), exact(space, on) {}
  Side(const Side&) = delete;
  Side& operator=(const Side&) = delete;

  float apart(std::int64_t i, std::int64_t j) const {
    const auto& points = space.points.view;
    return distance_of(space.distance.metric,
                       measure_rows(space.norm, space.as_queries.view.row(i), points.row(j),
                                    points.cols),
                       space.as_queries.scale(i));
  }
};

Score mean_of(std::string name, const std::vector<double>& values, bool complete) {
  const auto count = static_cast<double>(values.size());
  double sum = 0, squares = 0;
  for (const double v : values) sum += v;
  const double mean = sum / count;
  for (const double v : values) squares += (v - mean) * (v - mean);
  const double error = complete || count < 2 ? 0 : std::sqrt(squares / (count - 1) / count);
  return {std::move(name), mean, error, static_cast<std::int64_t>(values.size())};
}

/// body(r) for every r of [0, count) as the values of a mean.
template <class Body>
std::vector<double> values_of(std::int64_t count, const Cpu& on, const Body& body) {
  std::vector<double> values(static_cast<std::size_t>(count));
  parallel_for(on.threads, count, 16, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r) values[static_cast<std::size_t>(r)] = body(r);
  });
  return values;
}

std::string at(const char* name, int k) {
  return std::string(name) + "@" + std::to_string(k);
}

// ---- neighbours among all points ------------------------------------------------------------

std::int64_t common(const std::int32_t* a, const std::int32_t* b, int k) {
  std::vector<std::int32_t> x(a, a + k), y(b, b + k), both;
  std::sort(x.begin(), x.end());
  std::sort(y.begin(), y.end());
  std::set_intersection(x.begin(), x.end(), y.begin(), y.end(), std::back_inserter(both));
  return static_cast<std::int64_t>(both.size());
}

double recall(const NeighborRows& a, const NeighborRows& b, std::int64_t row, int k) {
  return static_cast<double>(common(&a.ids[static_cast<std::size_t>(row * a.k)],
                                    &b.ids[static_cast<std::size_t>(row * b.k)], k)) /
         k;
}

bool votes_right(const NeighborRows& near, std::int64_t row, std::int64_t self, int k,
                 std::span<const std::int32_t> labels) {
  std::map<std::int32_t, int> votes;
  for (int e = 0; e < k; ++e)
    ++votes[labels[static_cast<std::size_t>(near.ids[static_cast<std::size_t>(row * near.k + e)])]];
  const auto most = std::max_element(
      votes.begin(), votes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return most->first == labels[static_cast<std::size_t>(self)];
}

// ---- ranks among a subset ---------------------------------------------------------------------

/// How far each point of the subset is from its point `i`, as ordered integers; itself last.
std::vector<Candidate> distances_from(const Side& side, const std::vector<std::int64_t>& subset,
                                      std::size_t i) {
  std::vector<Candidate> row(subset.size());
  for (std::size_t j = 0; j < subset.size(); ++j)
    row[j] = j == i ? ~Candidate{0}
                    : candidate(side.apart(subset[i], subset[j]), static_cast<std::int32_t>(j));
  return row;
}

/// The penalty of one point: how far beyond k, by rank in `truth`, its k nearest in `shown` are.
double penalty(const std::vector<Candidate>& truth, std::vector<Candidate> shown, int k) {
  std::nth_element(shown.begin(), shown.begin() + k - 1, shown.end());
  double sum = 0;
  for (int e = 0; e < k; ++e) {
    const Candidate mine = truth[static_cast<std::size_t>(id_of(shown[static_cast<std::size_t>(e)]))];
    const auto nearer = std::count_if(truth.begin(), truth.end(),
                                      [mine](Candidate other) { return other < mine; });
    sum += static_cast<double>(std::max<std::int64_t>(0, nearer + 1 - k));
  }
  return sum;
}

/// Trustworthiness and continuity.
void add_ranks(const Side& data, const Side& map, const std::vector<std::int64_t>& subset, int k,
               bool complete, const Cpu& on, QualityReport& report) {
  const auto m = static_cast<std::int64_t>(subset.size());
  const double scale = 2.0 / (k * (2.0 * static_cast<double>(m) - 3.0 * k - 1.0));
  std::vector<double> back(subset.size());
  const std::vector<double> trust = values_of(m, on, [&](std::int64_t r) {
    const auto i = static_cast<std::size_t>(r);
    const auto truth = distances_from(data, subset, i), shown = distances_from(map, subset, i);
    back[i] = 1 - scale * penalty(shown, truth, k);
    return 1 - scale * penalty(truth, shown, k);
  });
  report.scores.push_back(mean_of(at("trustworthiness", k), trust, complete));
  report.scores.push_back(mean_of(at("continuity", k), back, complete));
}

// ---- random triplets and pairs ----------------------------------------------------------------

Score triplets(const Side& data, const Side& map, const QualityParams& params, const Cpu& on) {
  const auto n = static_cast<std::uint32_t>(data.space.n());
  return mean_of("triplet_accuracy", values_of(params.draws, on, [&](std::int64_t t) {
                   const Random4 r =
                       random4(params.seed, Stream::sample, static_cast<std::uint64_t>(t), 1);
                   const std::int64_t i = to_range(r.v[0], n), j = to_range(r.v[1], n),
                                      l = to_range(r.v[2], n);
                   const bool above = data.apart(i, j) < data.apart(i, l);
                   const bool below = map.apart(i, j) < map.apart(i, l);
                   return above == below ? 1.0 : 0.0;
                 }),
                 false);
}

/// Ranks from 1, ties share their mean rank.
std::vector<double> ranks_of(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return values[a] < values[b] || (values[a] == values[b] && a < b);
  });
  std::vector<double> ranks(values.size());
  for (std::size_t begin = 0, end; begin < order.size(); begin = end) {
    for (end = begin; end < order.size() && values[order[end]] == values[order[begin]];) ++end;
    for (std::size_t o = begin; o < end; ++o)
      ranks[order[o]] = 0.5 * static_cast<double>(begin + end + 1);
  }
  return ranks;
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const auto count = static_cast<double>(a.size());
  const double mean_a = std::accumulate(a.begin(), a.end(), 0.0) / count;
  const double mean_b = std::accumulate(b.begin(), b.end(), 0.0) / count;
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - mean_a) * (b[i] - mean_b);
    aa += (a[i] - mean_a) * (a[i] - mean_a);
    bb += (b[i] - mean_b) * (b[i] - mean_b);
  }
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

Score pairs(const Side& data, const Side& map, const QualityParams& params, const Cpu& on) {
  const auto n = static_cast<std::uint32_t>(data.space.n());
  std::vector<double> shown(static_cast<std::size_t>(params.draws));
  const std::vector<double> truth = values_of(params.draws, on, [&](std::int64_t p) {
    const Random4 r = random4(params.seed, Stream::sample, static_cast<std::uint64_t>(p), 2);
    const std::int64_t i = to_range(r.v[0], n), j = to_range(r.v[1], n);
    shown[static_cast<std::size_t>(p)] = static_cast<double>(map.apart(i, j));
    return static_cast<double>(data.apart(i, j));
  });
  const double rho = correlation(ranks_of(truth), ranks_of(shown));
  const double error = (1 - rho * rho) * std::sqrt(1 + 0.5 * rho * rho) /
                       std::sqrt(std::max(1.0, static_cast<double>(params.draws) - 3));
  return {"cpd_spearman", rho, error, params.draws};
}

// ---- labels -----------------------------------------------------------------------------------

/// (b - a) / max(a, b) of one point: a its mean distance to its own class, b to the nearest other.
double silhouette_of(const Side& map, const std::vector<std::int64_t>& subset, std::size_t i,
                     std::span<const std::int32_t> labels) {
  std::map<std::int32_t, std::pair<double, double>> classes;  // sum of distances, count
  for (std::size_t j = 0; j < subset.size(); ++j) {
    auto& [sum, count] = classes[labels[static_cast<std::size_t>(subset[j])]];
    sum += static_cast<double>(map.apart(subset[i], subset[j]));
    count += 1;
  }
  const auto own = classes.find(labels[static_cast<std::size_t>(subset[i])]);
  if (own->second.second < 2) return 0;
  const double a = own->second.first / (own->second.second - 1);
  double b = HUGE_VAL;
  for (auto it = classes.begin(); it != classes.end(); ++it)
    if (it != own) b = std::min(b, it->second.first / it->second.second);
  return std::max(a, b) > 0 ? (b - a) / std::max(a, b) : 0;
}

void add_labels(const Side& map, const NeighborRows& near, const std::vector<std::int64_t>& rows,
                const std::vector<std::int64_t>& subset, std::span<const std::int32_t> labels,
                const QualityParams& params, const Cpu& on, QualityReport& report) {
  const auto count = static_cast<std::int64_t>(rows.size());
  const bool complete = count == report.n;
  report.scores.push_back(
      mean_of(at("knn_label_accuracy", params.label_k), values_of(count, on, [&](std::int64_t r) {
                const std::int64_t self = rows[static_cast<std::size_t>(r)];
                return votes_right(near, r, self, params.label_k, labels) ? 1.0 : 0.0;
              }),
              complete));
  const auto differs = [&](std::int64_t i) {
    return labels[static_cast<std::size_t>(i)] != labels[static_cast<std::size_t>(subset[0])];
  };
  if (std::none_of(subset.begin(), subset.end(), differs)) return;
  const auto m = static_cast<std::int64_t>(subset.size());
  report.scores.push_back(mean_of("silhouette", values_of(m, on, [&](std::int64_t r) {
                                    return silhouette_of(map, subset, static_cast<std::size_t>(r),
                                                         labels);
                                  }),
                                  m == report.n));
}

// ---- what is asked ----------------------------------------------------------------------------

void check(HostMatrix<const float> points, HostMatrix<const float> layout,
           std::span<const std::int32_t> labels, const QualityParams& p, const Cpu& on) {
  check_points(points, on);
  check_values(layout, on);
  const std::int64_t n = points.rows;
  const auto refuse = [](const std::string& what) { throw InvalidInput(what); };
  if (n < 4) refuse("there are " + std::to_string(n) + " points; scores need at least 4");
  if (layout.rows != n)
    refuse("the layout has " + std::to_string(layout.rows) + " rows for " + std::to_string(n) +
           " points; give the layout of these points");
  if (!labels.empty() && static_cast<std::int64_t>(labels.size()) != n)
    refuse(std::to_string(labels.size()) + " labels for " + std::to_string(n) +
           " points; give one for each, or none");
  const auto k_in = [&](int k, std::int64_t most, const char* what) {
    if (k >= 1 && k <= most) return;
    refuse(std::string(what) + " is " + std::to_string(k) + " for " + std::to_string(n) +
           " points; use 1 to " + std::to_string(most));
  };
  for (const int k : p.recall_k) k_in(k, n - 1, "k of the recall");
  k_in(p.k, (std::min(n, p.subset) - 1) / 2, "k of the trustworthiness");
  k_in(p.label_k, n - 1, "k of the label accuracy");
  if (p.rows < 1 || p.subset < 4 || p.draws < 1)
    throw InvalidParameter("rows, subset and draws of a sample must be at least 1, 4 and 1");
}

}  // namespace

std::vector<std::int64_t> sample_rows(std::int64_t n, std::int64_t count, std::uint64_t seed,
                                      std::uint32_t lane) {
  std::vector<std::pair<std::uint64_t, std::int64_t>> drawn(static_cast<std::size_t>(n));
  for (std::int64_t i = 0; i < n; ++i) {
    const Random4 r = random4(seed, Stream::sample, static_cast<std::uint64_t>(i), lane);
    drawn[static_cast<std::size_t>(i)] = {(std::uint64_t{r.v[0]} << 32) | r.v[1], i};
  }
  const auto kept = static_cast<std::ptrdiff_t>(std::min(n, count));
  std::nth_element(drawn.begin(), drawn.begin() + kept - 1, drawn.end());
  std::vector<std::int64_t> rows;
  for (std::ptrdiff_t d = 0; d < kept; ++d) rows.push_back(drawn[static_cast<std::size_t>(d)].second);
  std::sort(rows.begin(), rows.end());
  return rows;
}

std::optional<double> QualityReport::operator[](const std::string& name) const {
  for (const Score& score : scores)
    if (score.name == name) return score.value;
  return {};
}

QualityReport evaluate(HostMatrix<const float> points, HostMatrix<const float> layout,
                       std::span<const std::int32_t> labels, const QualityParams& params,
                       const Device& device) {
  const Cpu& on = require_cpu(device);
  check(points, layout, labels, params, on);
  const Side data(points, params.distance, on), map(layout, {}, on);
  QualityReport report{points.rows, {}};
  const std::vector<std::int64_t> rows = sample_rows(report.n, params.rows, params.seed, 3);
  const std::vector<std::int64_t> subset = sample_rows(report.n, params.subset, params.seed, 4);
  const bool all_rows = static_cast<std::int64_t>(rows.size()) == report.n;
  int most = labels.empty() ? 1 : params.label_k;
  for (const int k : params.recall_k) most = std::max(most, k);
  const NeighborRows near = data.exact({data.space.as_queries, rows}, most, on),
                     shown = map.exact({map.space.as_queries, rows}, most, on);
  for (const int k : params.recall_k)
    report.scores.push_back(mean_of(
        at("knn_recall", k),
        values_of(near.n, on, [&](std::int64_t r) { return recall(near, shown, r, k); }),
        all_rows));
  add_ranks(data, map, subset, params.k, static_cast<std::int64_t>(subset.size()) == report.n, on,
            report);
  report.scores.push_back(triplets(data, map, params, on));
  report.scores.push_back(pairs(data, map, params, on));
  if (!labels.empty()) add_labels(map, shown, rows, subset, labels, params, on, report);
  return report;
}

}  // namespace nearfold
