#include "hub/push_dialogue.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "git/pkt_line.h"
#include "hub/revisions.h"

namespace kohaku::hub {
namespace {

constexpr int data_band = 1;
constexpr int message_band = 2;

std::string one_line(std::string text) {
  for (auto& c : text) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  return text;
}

std::string status_lines(const PushReport& report) {
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

}  // namespace

Result<std::string> advertise_push(Hub& hub, RepoId repo, int protocol) {
  const auto refs = TRY(hub.database.read_now(
      [&](db::Connection& connection) { return list_refs(connection, repo); }));
  std::string text;
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

Task<Result<BegunPush>> read_push_request(http::BodyReader& body) {
  git::PushRequestParser parser;
  while (true) {
    const auto piece = CO_TRY(co_await body.read());
    if (piece.empty()) co_return fail(Code::bad_request, "The push ended before its pack.");
    const auto taken = CO_TRY(parser.take(as_text(piece)));
    if (parser.complete()) co_return BegunPush{parser.request(), piece.subspan(taken)};
  }
}

std::string push_answer(const git::PushRequest& request, const PushReport& report) {
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

}  // namespace kohaku::hub
