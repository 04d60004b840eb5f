// Row ids as types of their own, so that a user's id cannot be passed where a repository's is meant.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace kohaku {

template <class Tag>
struct Id {
  std::int64_t value = 0;
  friend auto operator<=>(const Id&, const Id&) = default;
};

using AccountId = Id<struct AccountTag>;  // a user or an organization
using RepoId = Id<struct RepoTag>;
using TokenId = Id<struct TokenTag>;

}  // namespace kohaku

template <class Tag>
struct std::hash<kohaku::Id<Tag>> {
  std::size_t operator()(const kohaku::Id<Tag>& id) const noexcept {
    return std::hash<std::int64_t>{}(id.value);
  }
};
