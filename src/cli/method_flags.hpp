// Flags of the optimisers: what embed, grid and compare run, and from which initialization.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "cli/flags.hpp"
#include "nearfold/params.hpp"

namespace nearfold::cli {

/// Which parameters have one value: all, or all but those that a grid varies.
enum class Varied { none, grid };

struct MethodFlags {
  std::string method, init = "auto";
  TsneParams tsne;
  UmapParams umap;
  std::optional<double> learning_rate;
  std::optional<int> iterations;
  int dims = 2;

  void add(CLI::App& app, Varied varied = Varied::none);
  Method params() const;
  bool is_umap() const { return method == "umap"; }
  /// "UMAP" or "t-SNE"
  const char* title() const { return is_umap() ? "UMAP" : "t-SNE"; }
  /// Everything, checked before any file is read, the start from its file after that.
  Settings settings(const Common& common, const KnnParams& knn, const Distance& distance) const;
};

}  // namespace nearfold::cli
