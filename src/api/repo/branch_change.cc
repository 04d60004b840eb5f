#include "api/repo/branch_change.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>

#include "api/json.h"
#include "base/error.h"

namespace kohaku::api {
namespace {

struct Conflict {
  std::string error;
  std::string detail;
  std::vector<std::string> conflicts;
};
BOOST_DESCRIBE_STRUCT(Conflict, (), (error, detail, conflicts))

}  // namespace

http::Reply conflict_reply(const std::string& what, std::vector<std::string> paths) {
  constexpr std::size_t most_named = 10;
  const auto named = std::span(paths).first(std::min(paths.size(), most_named));
  const Error error{Code::conflict,
                    fmt::format("{} conflicts in {} {}: {}{}", what, paths.size(),
                                paths.size() == 1 ? "file" : "files", fmt::join(named, ", "),
                                named.size() < paths.size() ? ", …" : ""),
                    {}};
  auto reply = http::error_reply(error);
  reply.body = to_json(Conflict{error.message, error.message, std::move(paths)});
  return reply;
}

}  // namespace kohaku::api
