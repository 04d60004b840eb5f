#include "api/download_event.h"

#include <utility>

#include "api/browser.h"
#include "hub/who_key.h"
#include "stats/journal.h"

namespace kohaku::api {
namespace {

using stats::Door;

constexpr std::string_view counter_header = "X-HF-Download-Counter";

// A round of a negotiation, that is, or a question for the refs.
bool is_fetch_without_pack(const stats::Event& event) {
  return event.door == Door::git_fetch && event.status < 400 && event.files.empty();
}

}  // namespace

void begin_download(Call& call, const hub::Repo& repo) {
  if (!call.manner.door || call.download || !call.hub.journal) return;
  const auto door = *call.manner.door;
  const auto& request = call.request;
  const bool counter = request.headers.has(counter_header);
  if (door == Door::metadata && !counter) return;
  call.download = std::make_shared<stats::Event>();
  auto& event = *call.download;
  event.at = request.received;
  event.repo = repo.id;
  event.owner = repo.owner_id;
  event.type = repo.type;
  event.repository = repo.full_name();
  event.door = door;
  event.method = request.method_text;
  event.preview = is_preview(request);
  event.download_counter = counter;
  if (call.caller.user) event.user = call.caller.user->id;
  event.address = request.peer_address;
  event.user_agent = request.headers.get("User-Agent");
  if (door == Door::metadata || door == Door::lfs_batch) event.path = request.path();
}

void begin_redirected_download(Call& call, const hub::Repo& repo) {
  begin_download(call, repo);
  if (!call.download) return;
  call.download->path = call.request.path();
  call.download->download_counter = false;  // the call that follows is the one to count
}

void begin_refused_download(Call& call, const Error& error) {
  if (!call.manner.door || !call.hub.journal) return;
  if (error.code != Code::gated_repo && error.code != Code::gated_repo_anonymous) return;
  const hub::Access access(call.hub);
  const auto repo = access.readable(call.caller, call.path.repo_type(), call.path.repo);
  if (repo) begin_download(call, repo->repo());
}

void end_download(Call& call, http::Reply& reply) {
  if (!call.download) return;
  reply.before_end = [event = std::move(call.download),
                      &journal = *call.hub.journal](const http::Ending& ending) {
    event->status = ending.status;
    event->bytes = ending.body_bytes;
    event->duration_micros = ending.duration_micros;
    if (!is_fetch_without_pack(*event)) journal.append(*event);
  };
}

stats::Who who_calls(const Call& call) {
  const auto key = hub::who_key(call.hub.secrets);
  if (call.caller.user) return key.of_user(call.caller.user->id);
  return key.of_client(call.request.peer_address, call.request.headers.get("User-Agent"));
}

}  // namespace kohaku::api
