#include "api/git/upload_pack.h"

#include <fmt/format.h>

#include <memory>
#include <utility>
#include <vector>

#include "api/git/decoded_body.h"
#include "api/git/reply.h"
#include "hub/git_work.h"
#include "hub/ref_projection.h"
#include "os/log.h"
#include "os/piped_process.h"
#include "os/slots.h"

namespace kohaku::api {
namespace {

constexpr std::string_view request_type = "application/x-git-upload-pack-request";
constexpr std::string_view result_type = "application/x-git-upload-pack-result";

// A million objects that a client names as its own.
constexpr std::uint64_t most_request_bytes = 64 << 20;
constexpr std::size_t buffer_bytes = 128 << 10;

// A running git and its place among those that may run; both end with the answer.
struct Running {
  os::Slots::Slot slot;
  os::PipedProcess process;
  std::string preamble;
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

// Git tells its client of its own failures in the answer; here they only go to the log.
void log_failure(const os::ProcessResult& result) {
  if (result.exit_status == 0) return;
  os::log_info("git upload-pack ended early",
               {{"status", static_cast<std::int64_t>(result.exit_status)},
                {"detail", std::string_view(result.errors).substr(0, 1000)}});
}

Task<Result<>> send(std::shared_ptr<Running> running, http::BodyWriter& writer) {
  CO_TRY(co_await writer.write(as_bytes(running->preamble)));
  std::vector<char> buffer(buffer_bytes);
  while (true) {
    const auto count = CO_TRY(co_await running->process.read(buffer));
    if (count == 0) break;
    CO_TRY(co_await writer.write(as_bytes({buffer.data(), count})));
  }
  log_failure(co_await running->process.finish());
  co_return Result<>();
}

}  // namespace

Task<Result<http::Body>> run_upload_pack(hub::Hub& hub, RepoId repo, git::UploadPack what,
                                         int protocol, std::optional<os::File> input,
                                         std::string preamble) {
  auto slot = co_await hub.git_work->fetches.wait();
  auto command = CO_TRY(co_await hub.pool.run([&]() -> Result<os::ProcessOptions> {
    TRY(hub::project_current_refs(hub, repo));
    if (!input) input = TRY(os::open_for_reading("/dev/null"));
    return git::upload_pack_command(hub.repositories.directory(repo), what, protocol);
  }));
  auto process = CO_TRY(co_await os::PipedProcess::start(std::move(command), std::move(input)));
  auto running =
      std::make_shared<Running>(Running{std::move(slot), std::move(process), std::move(preamble)});
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
                                              protocol, std::move(input), {}));
  co_return git_reply(result_type, std::move(body));
}

}  // namespace kohaku::api
