// The alternatives of a variant one by one: what a closed choice offers, in the order of its words.
#pragma once

#include <cstddef>
#include <tuple>
#include <variant>

namespace nearfold {

/// visit(value) for one of each alternative, by its defaults.
template <class Variant, std::size_t at = 0, class Visit>
void for_each_alternative(const Visit& visit) {
  if constexpr (at < std::variant_size_v<Variant>) {
    visit(std::variant_alternative_t<at, Variant>{});
    for_each_alternative<Variant, at + 1>(visit);
  }
}

template <template <class> class Of, class Variant>
struct OneOfEachOf;
template <template <class> class Of, class... Alternatives>
struct OneOfEachOf<Of, std::variant<Alternatives...>> {
  using Type = std::tuple<Of<Alternatives>...>;
};
/// A tuple of Of<A> for each alternative A.
template <template <class> class Of, class Variant>
using OneOfEach = typename OneOfEachOf<Of, Variant>::Type;

}  // namespace nearfold
