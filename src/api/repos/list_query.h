// What a list of repositories is asked for, read from the query string.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "api/call.h"
#include "hub/repo_list.h"

namespace kohaku::api {

// "min:6B,max:128B"; either half may be missing; K, M, B and T multiply by thousands.
struct ParameterRange {
  std::uint64_t least = 0;
  std::uint64_t most = UINT64_MAX;
};
Result<ParameterRange> parse_parameter_range(std::string_view text);

struct ListQuery {
  hub::RepoListQuery rows;
  std::optional<ParameterRange> parameters;
  // Nothing here runs inference: whoever filters by it finds no repository.
  bool finds_nothing = false;
};

// bad_request with a sentence for what is malformed.
Result<ListQuery> read_list_query(const Call& call, std::size_t largest_page);

}  // namespace kohaku::api
