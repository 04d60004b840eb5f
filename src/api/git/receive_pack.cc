#include "api/git/receive_pack.h"

#include <fmt/format.h>

#include <utility>

#include "api/git/decoded_body.h"
#include "api/git/reply.h"
#include "git/pkt_line.h"
#include "git/push_request.h"
#include "hub/git_work.h"
#include "hub/push.h"
#include "hub/revisions.h"

namespace kohaku::api {
namespace {

constexpr std::string_view request_type = "application/x-git-receive-pack-request";
constexpr std::string_view result_type = "application/x-git-receive-pack-result";
constexpr std::uint64_t most_request_bytes = 16 << 20;  // beside the pack

constexpr int data_band = 1;
constexpr int message_band = 2;

// The request, and the beginning of the pack behind it, which stays valid until the next read.
struct Parsed {
  git::PushRequest request;
  Bytes begun;
};

Task<Result<Parsed>> parse(http::BodyReader& body) {
  git::PushRequestParser parser;
  while (true) {
    const auto piece = CO_TRY(co_await body.read());
    if (piece.empty()) co_return fail(Code::bad_request, "The push ended before its pack.");
    const auto taken = CO_TRY(parser.take(as_text(piece)));
    if (parser.complete()) co_return Parsed{parser.request(), piece.subspan(taken)};
  }
}

std::string one_line(std::string text) {
  for (auto& c : text) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  return text;
}

std::string status_lines(const hub::PushReport& report) {
  auto text = git::pkt_line(fmt::format("unpack {}\n", one_line(report.unpack)));
  for (const auto& ref : report.refs) {
    const auto name = one_line(ref.name);
    const auto line = ref.refusal.empty() ? fmt::format("ok {}\n", name)
                                          : fmt::format("ng {} {}\n", name, one_line(ref.refusal));
    text += git::pkt_line(std::string_view(line).substr(0, git::longest_pkt_payload));
  }
  text += git::flush_pkt;
  return text;
}

std::string answer(const git::PushRequest& request, const hub::PushReport& report) {
  std::string text;
  if (!request.side_band) {
    if (request.report_status) text = status_lines(report);
    return text;
  }
  for (const auto& message : report.messages) {
    git::add_side_band(text, message_band, one_line(message) + "\n");
  }
  if (request.report_status) git::add_side_band(text, data_band, status_lines(report));
  text += git::flush_pkt;
  return text;
}

}  // namespace

Task<Result<http::Reply>> git_receive_pack(hub::WritableRepo repo, Call& call) {
  if (call.request.headers.get("Content-Type") != request_type) {
    co_return fail(Code::unsupported_media_type,
                   fmt::format("The Content-Type must be {}.", request_type));
  }
  const auto body = CO_TRY(decoded_body(call.request));
  body->set_limit(call.hub.config.git_push_bytes + most_request_bytes);
  const auto parsed = CO_TRY(co_await parse(*body));
  // Before a long push git asks with an empty one whether it may.
  if (parsed.request.commands.empty()) co_return git_reply(result_type, std::string());
  const auto report =
      co_await hub::push(call.hub, std::move(repo), parsed.request, parsed.begun, *body);
  co_return git_reply(result_type, answer(parsed.request, report));
}

Result<std::string> advertise_receive_pack(hub::Hub& hub, RepoId repo, int protocol) {
  const auto refs = TRY(hub.database.read_now(
      [&](db::Connection& connection) { return hub::list_refs(connection, repo); }));
  auto text = git::pkt_line("# service=git-receive-pack\n");
  text += git::flush_pkt;
  if (protocol == 1) text += git::pkt_line("version 1\n");
  std::string capabilities(1, '\0');
  capabilities += git::push_capabilities();
  if (refs.empty()) {
    text += git::pkt_line(fmt::format("{} capabilities^{{}}{}\n", Sha1().hex(), capabilities));
  }
  for (const auto& ref : refs) {
    text += git::pkt_line(
        fmt::format("{} {}{}\n", ref.target.hex(), ref.name, std::exchange(capabilities, {})));
  }
  text += git::flush_pkt;
  return text;
}

}  // namespace kohaku::api
