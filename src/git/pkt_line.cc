#include "git/pkt_line.h"

#include <fmt/format.h>

#include <charconv>
#include <system_error>

namespace kohaku::git {
namespace {

constexpr std::size_t length_digits = 4;

std::optional<std::size_t> parse_length(std::string_view digits) {
  std::size_t value = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value, 16);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

}  // namespace

std::string pkt_line(std::string_view payload) {
  return fmt::format("{:04x}{}", payload.size() + length_digits, payload);
}

void add_side_band(std::string& out, int band, std::string_view payload) {
  while (!payload.empty()) {
    const auto piece = payload.substr(0, longest_pkt_payload - 1);
    out +=
        fmt::format("{:04x}{}{}", piece.size() + length_digits + 1, static_cast<char>(band), piece);
    payload.remove_prefix(piece.size());
  }
}

Result<std::optional<Pkt>> read_pkt(std::string_view input) {
  if (input.size() < length_digits) return std::nullopt;
  const auto length = parse_length(input.substr(0, length_digits));
  if (!length || (*length > 0 && *length < length_digits) ||
      *length > longest_pkt_payload + length_digits) {
    return fail(Code::bad_request, "The request is not in git's line format.");
  }
  if (*length == 0) return Pkt{true, {}, length_digits};
  if (input.size() < *length) return std::nullopt;
  return Pkt{false, input.substr(length_digits, *length - length_digits), *length};
}

}  // namespace kohaku::git
