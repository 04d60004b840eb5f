#include "api/repo/info.h"

#include <memory>
#include <optional>
#include <string>

#include "api/json.h"
#include "api/quota/quota.h"
#include "api/repo/repo_fields.h"
#include "api/repo/siblings.h"
#include "hub/content_facts.h"
#include "hub/repo_summary.h"
#include "hub/revisions.h"
#include "hub/storage_use.h"

namespace kohaku::api {
namespace {

constexpr std::size_t answered_at_once = 1U << 20U;
constexpr std::size_t piece = 256U << 10U;

struct Gathered {
  hub::RepoSummary summary;
  std::uint64_t used_bytes = 0;
  hub::RepoLimits limits;
};

Result<Gathered> gather(hub::Hub& hub, RepoId repo, bool with_used_bytes, bool with_limits) {
  return hub.database.read_now([&](db::Connection& connection) -> Result<Gathered> {
    Gathered gathered{TRY(hub::load_summary(connection, repo)), 0, {}};
    if (with_used_bytes) gathered.used_bytes = TRY(hub::used_bytes(connection, repo));
    if (with_limits) gathered.limits = TRY(hub::find_repo_limits(connection, hub.config, repo));
    return gathered;
  });
}

void write_storage(JsonWriter& json, const Gathered& gathered) {
  json.key("storage");
  json.write(repo_storage(gathered.limits, gathered.used_bytes));
}

Result<> write_revision(JsonWriter& json, Call& call, const hub::Repo& repo,
                        std::string_view revision, const Sha1& sha) {
  const auto repository = TRY(call.hub.repositories.get(repo.id));
  const auto commit = TRY(repository->commit(sha));
  json.field("type", to_string(repo.type));
  json.field("revision", revision);
  json.key("commit");
  json.begin_object();
  json.field("oid", sha);
  json.field("date", commit->committer.time);
  json.end_object();
  return {};
}

http::StreamBody stream(os::Pool& pool, std::string begin, Siblings siblings) {
  auto rest = std::make_shared<Siblings>(std::move(siblings));
  auto first = std::make_shared<std::string>(std::move(begin));
  auto write = [&pool, rest, first](http::BodyWriter& writer) -> Task<Result<>> {
    CO_TRY(co_await writer.write(as_bytes(*first)));
    first->clear();
    bool more = true;
    while (more) {
      std::string text;
      more = CO_TRY(co_await pool.run([&] { return rest->append(text, piece); }));
      if (!more) text += "]}";
      CO_TRY(co_await writer.write(as_bytes(text)));
    }
    co_return Result<>();
  };
  return http::StreamBody{std::nullopt, std::move(write)};
}

// Ends the object that `body` holds with the list of files; a long one is sent as it is read.
Result<http::Reply> finish_with_siblings(Call& call, std::string body, RepoId repo,
                                         const std::optional<Sha1>& sha, bool with_blobs) {
  body += ",\"siblings\":[";
  if (!sha) return http::json_reply(200, body + "]}");
  auto siblings = TRY(Siblings::at(call.hub, repo, *sha, with_blobs));
  if (!TRY(siblings.append(body, body.size() + answered_at_once))) {
    return http::json_reply(200, body + "]}");
  }
  auto reply = http::json_reply(200, {});
  reply.body = stream(call.hub.pool, std::move(body), std::move(siblings));
  return reply;
}

Result<RepoFields> wanted_fields(const Call& call, RepoType type) {
  const auto expand = call.query.list("expand");
  if (expand.empty()) return RepoFields::of_info(type);
  return RepoFields::asked(type, expand);
}

// `revision` is what the caller wrote, when they named one.
Result<http::Reply> answer(const hub::ReadableRepo& readable, Call& call,
                           const std::optional<std::string>& revision) {
  const auto& repo = readable.repo();
  const auto fields = TRY(wanted_fields(call, repo.type));
  const bool everything = call.query.list("expand").empty();
  const bool with_blobs = TRY(call.query.boolean("blobs", false));
  const bool with_storage = everything && readable.caller().user.has_value();
  const auto gathered =
      TRY(gather(call.hub, repo.id, everything || fields.needs_used_bytes(), with_storage));
  RepoView view{&gathered.summary, gathered.summary.head, nullptr, true, gathered.used_bytes};
  if (revision) {
    view.sha = TRY(hub::resolve_revision(call.hub, repo, *revision)).commit;
    view.is_head = view.sha == gathered.summary.head;
  }
  if (view.sha && (fields.needs_contents() || !view.is_head)) {
    view.contents = TRY(hub::content_facts(call.hub, repo, *view.sha));
  }
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  fields.write(json, view);
  if (with_storage) write_storage(json, gathered);
  if (everything && revision) TRY(write_revision(json, call, repo, *revision, *view.sha));
  if (fields.has("siblings")) {
    return finish_with_siblings(call, std::move(body), repo.id, view.sha, with_blobs);
  }
  json.end_object();
  return http::json_reply(200, std::move(body));
}

}  // namespace

Result<http::Reply> repo_info(const hub::ReadableRepo& readable, Call& call) {
  return answer(readable, call, std::nullopt);
}

Result<http::Reply> repo_info_at_revision(const hub::ReadableRepo& readable, Call& call) {
  return answer(readable, call, call.path.rest_path());
}

}  // namespace kohaku::api
