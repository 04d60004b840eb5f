#include "api/repo/tree.h"

#include "api/json.h"
#include "api/paging.h"
#include "api/repo/listed_entry.h"
#include "hub/listing.h"
#include "hub/revisions.h"

namespace kohaku::api {
namespace {

Result<hub::TreeQuery> read_query(const Call& call, std::string folder) {
  hub::TreeQuery query;
  query.folder = std::move(folder);
  query.recursive = TRY(call.query.boolean("recursive", false));
  query.expand = TRY(call.query.boolean("expand", false));
  query.limit = TRY(page_limit(call, hub::largest_tree_page, hub::largest_tree_page));
  query.name_prefix = call.query.text("name_prefix").value_or("");
  query.cursor = TRY(page_cursor(call));
  return query;
}

std::vector<std::string> segments(const PathMatch& path) {
  std::vector<std::string> all{std::string(path.value("rev"))};
  all.insert(all.end(), path.rest.begin(), path.rest.end());
  return all;
}

}  // namespace

Result<http::Reply> list_tree(const hub::ReadableRepo& readable, Call& call) {
  const auto& repo = readable.repo();
  auto target = TRY(hub::resolve_revision_and_path(call.hub, repo, segments(call.path)));
  const auto query = TRY(read_query(call, std::move(target.path)));
  const auto page = hub::list_tree(call.hub, repo, target.revision, query);
  if (!page) {
    // The commit lets the client remember what is absent there.
    auto reply = http::error_reply(page.error());
    reply.headers.set("X-Repo-Commit", target.revision.commit.hex());
    return reply;
  }
  std::string body;
  JsonWriter json(body);
  write_entries(json, page->entries);
  auto reply = http::json_reply(200, std::move(body));
  reply.headers.set("X-Repo-Commit", page->commit.hex());
  set_next_page(reply, call, page->next_cursor);
  return reply;
}

}  // namespace kohaku::api
