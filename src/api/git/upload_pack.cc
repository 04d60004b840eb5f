#include "api/git/upload_pack.h"

#include <fmt/format.h>

#include <memory>
#include <utility>
#include <vector>

#include "api/git/decoded_body.h"
#include "api/git/reply.h"
#include "git/pack_watch.h"
#include "hub/fetch.h"

namespace kohaku::api {
namespace {

constexpr std::string_view request_type = "application/x-git-upload-pack-request";
constexpr std::string_view result_type = "application/x-git-upload-pack-result";

// A million objects that a client names as its own.
constexpr std::uint64_t most_request_bytes = 64 << 20;
constexpr std::size_t buffer_bytes = 128 << 10;

// A running git, and what goes before its output.
struct Running {
  hub::Fetch fetch;
  std::string preamble;
  std::shared_ptr<stats::Event> download;  // may be null
  git::PackWatch watch = {};

  void see(Bytes output) {
    if (!download || !download->files.empty()) return;
    watch.see(output);
    if (watch.begun() > 0) download->files = {stats::git_fetch_file};
  }
};

Task<Result<os::File>> spool(hub::Hub& hub, RepoId repo, http::Request& request) {
  const auto body = CO_TRY(decoded_body(request));
  body->set_limit(most_request_bytes);
  auto file = CO_TRY(
      co_await hub.pool.run([&] { return os::create_unnamed(hub.repositories.staging(repo)); }));
  std::uint64_t size = 0;
  while (true) {
    const auto piece = CO_TRY(co_await body->read());
    if (piece.empty()) co_return std::move(file);
    CO_TRY(co_await hub.pool.run([&] { return file.write_at(size, piece); }));
    size += piece.size();
  }
}

Task<Result<>> send(std::shared_ptr<Running> running, http::BodyWriter& writer) {
  CO_TRY(co_await writer.write(as_bytes(running->preamble)));
  std::vector<char> buffer(buffer_bytes);
  while (true) {
    const auto count = CO_TRY(co_await running->fetch.process.read(buffer));
    if (count == 0) break;
    const auto piece = as_bytes({buffer.data(), count});
    running->see(piece);
    CO_TRY(co_await writer.write(piece));
  }
  hub::log_fetch_end(co_await running->fetch.process.finish());
  co_return Result<>();
}

}  // namespace

Task<Result<http::Body>> run_upload_pack(hub::Hub& hub, RepoId repo, git::UploadPack what,
                                         int protocol, std::optional<os::File> input,
                                         std::string preamble,
                                         std::shared_ptr<stats::Event> download) {
  if (!input) input = CO_TRY(os::open_for_reading("/dev/null"));
  auto fetch = CO_TRY(co_await hub::start_fetch(hub, repo, what, protocol, std::move(input)));
  auto running = std::make_shared<Running>(
      Running{std::move(fetch), std::move(preamble), std::move(download)});
  co_return http::StreamBody{
      std::nullopt,
      [running = std::move(running)](http::BodyWriter& writer) { return send(running, writer); }};
}

Task<Result<http::Reply>> git_upload_pack(hub::ReadableContent repo, Call& call) {
  if (call.request.headers.get("Content-Type") != request_type) {
    co_return fail(Code::unsupported_media_type,
                   fmt::format("The Content-Type must be {}.", request_type));
  }
  const int protocol = git::protocol_version(call.request.headers.get("Git-Protocol"));
  auto input = CO_TRY(co_await spool(call.hub, repo.repo().id, call.request));
  auto body = CO_TRY(co_await run_upload_pack(call.hub, repo.repo().id, git::UploadPack::answer,
                                              protocol, std::move(input), {}, call.download));
  co_return git_reply(result_type, std::move(body));
}

}  // namespace kohaku::api
