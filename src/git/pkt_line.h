// Lines of git's wire protocol: four hexadecimal digits that count themselves and the payload.
// Source: gitprotocol-common(5).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace kohaku::git {

inline constexpr std::size_t longest_pkt_payload = 65516;
inline constexpr std::string_view flush_pkt = "0000";

// `payload` must not be longer than longest_pkt_payload.
std::string pkt_line(std::string_view payload);

// Payload in the lines of a side band, as many as it takes: band 1 is data, 2 a message for the
// user, 3 a fatal error.
void add_side_band(std::string& out, int band, std::string_view payload);

struct Pkt {
  bool is_flush = false;
  std::string_view payload;
  std::size_t consumed = 0;  // of the input
};

// The first line of `input`; nothing while it is not all there. bad_request for what is no line:
// other digits, lengths 1 to 3 (delimiters of version 2) and those over 65,520.
Result<std::optional<Pkt>> read_pkt(std::string_view input);

}  // namespace kohaku::git
