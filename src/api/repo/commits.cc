#include "api/repo/commits.h"

#include <algorithm>

#include "api/paging.h"
#include "base/repo_path.h"
#include "hub/commit_log.h"
#include "hub/revisions.h"

namespace kohaku::api {
namespace {

constexpr std::size_t default_page = 50;
constexpr std::size_t largest_page = 1000;
constexpr std::int64_t most_pages = 1'000'000;

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out.push_back(c);
    }
  }
  return out;
}

Result<hub::LogQuery> read_query(const Call& call) {
  hub::LogQuery query;
  query.limit = TRY(page_limit(call, default_page, largest_page));
  query.page = static_cast<std::size_t>(TRY(call.query.integer("p", 0, 0, most_pages)));
  query.after = call.query.text("after").value_or("");
  query.cursor = TRY(page_cursor(call));
  query.path = TRY(parse_folder(call.query.text("path").value_or("")));
  return query;
}

}  // namespace

CommitItem commit_item(const git::LoggedCommit& logged, bool formatted) {
  const auto& commit = *logged.commit;
  CommitItem item;
  item.id = logged.id;
  item.title = commit.title();
  item.message = commit.description();
  item.authors = {{commit.author.name}};
  item.date = commit.committer.time;
  if (formatted)
    item.formatted = FormattedCommit{escape_html(item.title), escape_html(item.message)};
  return item;
}

Result<http::Reply> list_commits(const hub::ReadableRepo& readable, Call& call) {
  const auto& repo = readable.repo();
  const auto revision = TRY(hub::resolve_revision(call.hub, repo, call.path.rest_path()));
  const auto query = TRY(read_query(call));
  const auto page = TRY(hub::list_commits(call.hub, repo, revision, query));
  const bool formatted = std::ranges::count(call.query.list("expand"), "formatted") > 0;
  std::vector<CommitItem> items;
  items.reserve(page.commits.size());
  for (const auto& logged : page.commits) items.push_back(commit_item(logged, formatted));
  auto reply = http::json_reply(200, to_json(items));
  if (page.total) reply.headers.set("X-Total-Count", std::to_string(*page.total));
  if (!page.complete) reply.headers.set("X-Truncated", "true");
  set_next_page(reply, call, page.next_cursor);
  return reply;
}

}  // namespace kohaku::api
