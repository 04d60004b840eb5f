#include "api/repo/refs.h"

#include <string_view>

#include "hub/revisions.h"

namespace kohaku::api {
namespace {

void add_if(std::vector<RefItem>& items, const hub::RefRow& row, std::string_view prefix) {
  if (row.name.starts_with(prefix)) {
    items.push_back({row.name.substr(prefix.size()), row.name, row.commit});
  }
}

}  // namespace

Result<RefsReply> list_refs(const hub::ReadableRepo& readable, Call& call) {
  const auto rows = TRY(call.hub.database.read_now(
      [&](db::Connection& connection) { return hub::list_refs(connection, readable.repo().id); }));
  RefsReply reply;
  if (TRY(call.query.boolean("include_prs", false))) reply.pullRequests.emplace();
  for (const auto& row : rows) {
    add_if(reply.branches, row, "refs/heads/");
    add_if(reply.converts, row, "refs/convert/");
    add_if(reply.tags, row, "refs/tags/");
    if (reply.pullRequests) add_if(*reply.pullRequests, row, "refs/pr/");
  }
  return reply;
}

}  // namespace kohaku::api
