#include "api/git/info_refs.h"

#include <fmt/format.h>

#include "api/git/reply.h"
#include "api/git/upload_pack.h"
#include "git/pkt_line.h"
#include "git/wire.h"
#include "hub/push_dialogue.h"

namespace kohaku::api {
namespace {

Task<Result<http::Reply>> advertise_upload_pack(hub::ReadableContent repo, Call& call) {
  const int protocol = git::protocol_version(call.request.headers.get("Git-Protocol"));
  std::string preamble;
  if (protocol < 2) {
    preamble = git::pkt_line("# service=git-upload-pack\n");
    preamble += git::flush_pkt;
  }
  auto body =
      CO_TRY(co_await run_upload_pack(call.hub, repo.repo().id, git::UploadPack::advertise,
                                      protocol, std::nullopt, std::move(preamble), nullptr));
  co_return git_reply("application/x-git-upload-pack-advertisement", std::move(body));
}

}  // namespace

Task<Result<http::Reply>> git_info_refs(hub::ReadableContent repo, Call& call) {
  const auto service = call.query.text("service").value_or("");
  if (service == "git-upload-pack") {
    co_return co_await advertise_upload_pack(std::move(repo), call);
  }
  if (service == "git-receive-pack") {
    const auto writable = CO_TRY(hub::Access(call.hub).writable(repo));
    const int protocol = git::protocol_version(call.request.headers.get("Git-Protocol"));
    auto text = git::pkt_line("# service=git-receive-pack\n");
    text += git::flush_pkt;
    text += CO_TRY(co_await call.hub.pool.run(
        [&] { return hub::advertise_push(call.hub, writable.repo().id, protocol); }));
    co_return git_reply("application/x-git-receive-pack-advertisement", std::move(text));
  }
  co_return fail(Code::forbidden,
                 service.empty()
                     ? "This server speaks git's smart HTTP protocol only: use git 1.6.6 or later."
                     : "There is no such git service here.");
}

Result<http::Reply> git_head(const hub::ReadableContent& repo) {
  return git_reply("text/plain; charset=utf-8",
                   fmt::format("ref: refs/heads/{}\n", repo.repo().default_branch));
}

}  // namespace kohaku::api
