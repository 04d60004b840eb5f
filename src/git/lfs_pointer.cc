#include "git/lfs_pointer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace kohaku::git {
namespace {

// The current version and the two names it had before; git-lfs reads all three.
constexpr std::array<std::string_view, 3> versions = {
    "https://git-lfs.github.com/spec/v1",
    "https://hawser.github.com/spec/v1",
    "http://git-media.io/v/2",
};

struct Line {
  std::string_view key;
  std::string_view value;
};

std::optional<Line> take_line(std::string_view& rest) {
  const auto end = std::min(rest.find('\n'), rest.size());
  const auto line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  const auto space = line.find(' ');
  if (space == line.npos || space == 0) return std::nullopt;
  for (const char c : line.substr(0, space)) {
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
    if (!allowed) return std::nullopt;
  }
  return Line{line.substr(0, space), line.substr(space + 1)};
}

std::optional<Sha256> parse_oid(std::string_view text) {
  constexpr std::string_view prefix = "sha256:";
  if (!text.starts_with(prefix)) return std::nullopt;
  text.remove_prefix(prefix.size());
  const bool has_capitals =
      std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'F'; });
  return has_capitals ? std::nullopt : Sha256::from_hex(text);
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  std::int64_t size = 0;  // signed, as git-lfs reads it
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  if (error != std::errc{} || end != text.data() + text.size() || size < 0 || text.front() == '-') {
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(size);
}

}  // namespace

std::string serialize_pointer(const LfsPointer& pointer) {
  return fmt::format("version {}\noid sha256:{}\nsize {}\n", versions[0], pointer.oid.hex(),
                     pointer.size);
}

std::optional<LfsPointer> parse_pointer(std::string_view text) {
  if (text.size() > longest_lfs_pointer || !text.starts_with("version ")) return std::nullopt;
  const auto version = take_line(text);
  if (!version || std::find(versions.begin(), versions.end(), version->value) == versions.end()) {
    return std::nullopt;
  }
  std::optional<Sha256> oid;
  std::optional<std::uint64_t> size;
  while (!text.empty()) {
    const auto line = take_line(text);
    if (!line) return std::nullopt;
    if (line->key == "oid") {
      if (oid || !(oid = parse_oid(line->value))) return std::nullopt;
    } else if (line->key == "size") {
      if (size || !(size = parse_size(line->value))) return std::nullopt;
    } else if (line->key == "version") {
      return std::nullopt;
    }
  }
  if (!oid || !size) return std::nullopt;
  return LfsPointer{.oid = *oid, .size = *size};
}

}  // namespace kohaku::git
