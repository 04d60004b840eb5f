#include "api/repos/list.h"

#include <algorithm>
#include <string>
#include <utility>

#include "api/json.h"
#include "api/paging.h"
#include "api/repo/repo_fields.h"
#include "api/repo/siblings.h"
#include "api/repos/list_query.h"
#include "hub/content_facts.h"
#include "hub/repo_list.h"
#include "hub/storage_use.h"

namespace kohaku::api {
namespace {

constexpr std::size_t largest_page = 1000;
constexpr std::size_t largest_full_page = 100;  // with the files of each, or what they say
constexpr std::size_t most_siblings = 10'000;   // of one repository in a list
// A page ends early when it is this long, and goes on behind the `Link`.
constexpr std::size_t enough_text = 4U << 20U;
// Repositories looked at for one page when a filter needs their files.
constexpr std::size_t most_opened = 500;

Result<RepoFields> wanted_fields(const Call& call, RepoType type) {
  const auto expand = call.query.list("expand");
  if (!expand.empty()) return RepoFields::asked(type, expand);
  return RepoFields::of_list(type, TRY(call.query.boolean("full", false)),
                             TRY(call.query.boolean("cardData", false)),
                             TRY(call.query.boolean("config", false)));
}

bool is_costly(const RepoFields& fields) {
  return fields.has("siblings") || fields.needs_contents() || fields.needs_used_bytes();
}

Result<> write_siblings(JsonWriter& json, hub::Hub& hub, const hub::RepoSummary& summary) {
  std::string files;
  if (summary.head) {
    auto siblings = TRY(Siblings::at(hub, summary.repo.id, *summary.head, false));
    TRY(siblings.append(files, enough_text, most_siblings));
  }
  json.key("siblings");
  json.raw("[" + files + "]");
  return {};
}

Result<> write_item(JsonWriter& json, hub::Hub& hub, const RepoFields& fields,
                    const hub::RepoSummary& summary) {
  RepoView view{&summary, summary.head, nullptr, true, 0};
  if (fields.needs_contents() && summary.head) {
    view.contents = TRY(hub::content_facts(hub, summary.repo, *summary.head));
  }
  if (fields.needs_used_bytes()) {
    view.used_bytes = TRY(hub.database.read_now(
        [&](db::Connection& connection) { return hub::used_bytes(connection, summary.repo.id); }));
  }
  json.begin_object();
  fields.write(json, view);
  if (fields.has("siblings")) TRY(write_siblings(json, hub, summary));
  json.end_object();
  return {};
}

Result<bool> is_in_range(hub::Hub& hub, const hub::RepoSummary& summary,
                         const ParameterRange& range) {
  if (!summary.head) return false;
  const auto facts = TRY(hub::content_facts(hub, summary.repo, *summary.head));
  return facts->safetensors && facts->safetensors->total >= range.least &&
         facts->safetensors->total <= range.most;
}

// What follows needs the files of each repository, so it looks at so many and leaves the rest to the
// next page.
Result<hub::RepoListPage> filter_by_parameters(hub::Hub& hub, const hub::Caller& caller,
                                               const ListQuery& query) {
  auto rows = query.rows;
  rows.limit = most_opened;
  auto looked_at = TRY(hub.database.read_now(
      [&](db::Connection& connection) { return hub::list_repos(connection, caller, rows); }));
  hub::RepoListPage page;
  for (auto& summary : looked_at.repos) {
    if (!TRY(is_in_range(hub, summary, *query.parameters))) continue;
    if (page.repos.size() == query.rows.limit) {
      page.next_cursor = hub::cursor_after(page.repos.back(), query.rows.sort);
      return page;
    }
    page.repos.push_back(std::move(summary));
  }
  page.next_cursor = std::move(looked_at.next_cursor);
  return page;
}

Result<hub::RepoListPage> find_page(hub::Hub& hub, const hub::Caller& caller,
                                    const ListQuery& query) {
  if (query.finds_nothing) return hub::RepoListPage{};
  if (query.parameters) return filter_by_parameters(hub, caller, query);
  return hub.database.read_now(
      [&](db::Connection& connection) { return hub::list_repos(connection, caller, query.rows); });
}

}  // namespace

Result<http::Reply> list_repositories(const hub::Anyone& anyone, Call& call) {
  const auto fields = TRY(wanted_fields(call, call.path.repo_type()));
  const auto query =
      TRY(read_list_query(call, is_costly(fields) ? largest_full_page : largest_page));
  auto page = TRY(find_page(call.hub, anyone.caller(), query));
  std::string body;
  JsonWriter json(body);
  json.begin_array();
  for (std::size_t i = 0; i < page.repos.size(); ++i) {
    if (body.size() >= enough_text) {
      page.next_cursor = hub::cursor_after(page.repos[i - 1], query.rows.sort);
      break;
    }
    TRY(write_item(json, call.hub, fields, page.repos[i]));
  }
  json.end_array();
  auto reply = http::json_reply(200, std::move(body));
  set_next_page(reply, call, page.next_cursor);
  return reply;
}

}  // namespace kohaku::api
