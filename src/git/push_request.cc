#include "git/push_request.h"

#include <algorithm>
#include <utility>

#include "git/pkt_line.h"

namespace kohaku::git {
namespace {

constexpr std::size_t most_commands = 50'000;
constexpr std::size_t most_bytes = 16 << 20;
constexpr std::size_t id_digits = Sha1::size * 2;

std::unexpected<Error> malformed() {
  return fail(Code::bad_request, "The push is malformed: a line is not 'old new ref'.");
}

// All zeros stand for no object.
std::optional<Sha1> some_id(const Sha1& id) {
  return id == Sha1() ? std::nullopt : std::optional(id);
}

}  // namespace

std::string_view push_capabilities() {
  return "report-status report-status-v2 delete-refs side-band-64k quiet atomic ofs-delta "
         "object-format=sha1 agent=kohakuhub";
}

Result<std::size_t> PushRequestParser::take(std::string_view piece) {
  buffer_ += piece;
  taken_ += piece.size();
  if (taken_ - std::min(taken_, piece.size()) > most_bytes) {
    return fail(Code::payload_too_large, "The push names too many refs.");
  }
  std::size_t done = 0;
  while (!complete_) {
    const auto pkt = TRY(read_pkt(std::string_view(buffer_).substr(done)));
    if (!pkt) break;
    done += pkt->consumed;
    complete_ = pkt->is_flush;
    if (!complete_) TRY(take_line(pkt->payload));
  }
  buffer_.erase(0, done);
  if (!complete_) return piece.size();
  return piece.size() - std::exchange(buffer_, {}).size();
}

Result<> PushRequestParser::take_line(std::string_view line) {
  if (line.starts_with("shallow "))
    return {};  // what it lacks, the check for missing objects finds
  if (line.starts_with("push-cert")) {
    return fail(Code::bad_request, "Signed pushes (--signed) are not offered.");
  }
  if (request_.commands.empty()) {
    const auto zero = std::min(line.find('\0'), line.size());
    take_capabilities(line.substr(std::min(zero + 1, line.size())));
    line = line.substr(0, zero);
  }
  if (line.ends_with('\n')) line.remove_suffix(1);
  constexpr auto ref_at = 2 * id_digits + 2;
  if (line.size() <= ref_at || line[id_digits] != ' ' || line[ref_at - 1] != ' ') {
    return malformed();
  }
  const auto from = Sha1::from_hex(line.substr(0, id_digits));
  const auto to = Sha1::from_hex(line.substr(id_digits + 1, id_digits));
  if (!from || !to) return malformed();
  if (request_.commands.size() == most_commands) {
    return fail(Code::payload_too_large, "The push names too many refs.");
  }
  request_.commands.push_back({std::string(line.substr(ref_at)), some_id(*from), some_id(*to)});
  return {};
}

void PushRequestParser::take_capabilities(std::string_view words) {
  while (!words.empty()) {
    const auto end = std::min(words.find_first_of(" \n"), words.size());
    const auto word = words.substr(0, end);
    request_.report_status |= word == "report-status" || word == "report-status-v2";
    request_.side_band |= word == "side-band-64k";
    request_.atomic |= word == "atomic";
    words.remove_prefix(std::min(end + 1, words.size()));
  }
}

}  // namespace kohaku::git
