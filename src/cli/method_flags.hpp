// Flags of the optimisers: what embed, grid and compare run, and from which initialization.
#pragma once

#include <string>
#include <type_traits>
#include <vector>
#include "cli/option.hpp"

#include "cli/flags.hpp"
#include "cli/method_words.hpp"
#include "cli/target_flags.hpp"
#include "core/alternatives.hpp"
#include "method.hpp"
#include "nearfold/params.hpp"

namespace nearfold::cli {

struct MethodFlags {
  std::string method, init = "auto";
  /// Flags of all methods, of which one is run.
  OneOfEach<std::type_identity_t, Method> params_of_each;
  SharedFlags shared;
  TargetFlags targets;
  int dims = 2;
  bool unique = false;
  /// Whether --init takes the word landmarks, for which a command makes an array.
  bool makes_landmarks = false;

  void add(CLI::App& app, Conditions& conditions, Varied varied = Varied::none);
  /// --target and its flags, where a command reads them.
  void add_targets(CLI::App& app, Conditions& conditions);
  /// --unique, where a command makes the graph of the distinct rows.
  void add_unique(CLI::App& app);
  /// Why a flag of these methods would be ignored: another one is run.
  std::string is_another(const std::vector<Method>& methods) const;
  std::string is_another(const Method& params) const {
    return is_another(std::vector<Method>{params});
  }
  bool by_landmarks() const;
  Method params() const;
  /// "UMAP" or "t-SNE"
  const char* title() const;
  /// Everything, checked before any file is read, the start from its file after that. Targets are
  /// without their entries.
  Settings settings(const Common& common, const KnnParams& knn, const Distance& distance) const;
};

}  // namespace nearfold::cli
