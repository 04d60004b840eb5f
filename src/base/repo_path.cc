#include "base/repo_path.h"

#include <array>
#include <cstdint>

namespace kohaku {
namespace {

constexpr std::size_t longest_path = 4096;
constexpr std::size_t longest_segment = 255;

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

// HFS+ ignores these code points when it compares names (U+200C–F, U+202A–E, U+206A–F, U+FEFF).
bool is_ignored_by_hfs(std::string_view three_bytes) {
  const auto a = static_cast<unsigned char>(three_bytes[0]);
  const auto b = static_cast<unsigned char>(three_bytes[1]);
  const auto c = static_cast<unsigned char>(three_bytes[2]);
  if (a == 0xE2 && b == 0x80) return (c >= 0x8C && c <= 0x8F) || (c >= 0xAA && c <= 0xAE);
  if (a == 0xE2 && b == 0x81) return c >= 0xAA && c <= 0xAF;
  return a == 0xEF && b == 0xBB && c == 0xBF;
}

std::string without_hfs_ignored(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    if (i + 3 <= text.size() && is_ignored_by_hfs(text.substr(i, 3))) {
      i += 3;
    } else {
      result.push_back(text[i++]);
    }
  }
  return result;
}

Result<> check_segment(std::string_view segment) {
  const auto refuse = [](const char* why) { return fail(Code::unprocessable, why); };
  if (segment.empty()) return refuse("Invalid path: it has an empty segment.");
  if (segment.size() > longest_segment) {
    return refuse("Invalid path: a segment is longer than 255 bytes.");
  }
  if (segment == "." || segment == "..") {
    return refuse("Invalid path: '.' and '..' are not allowed in a path.");
  }
  for (const char c : segment) {
    const auto value = static_cast<unsigned char>(c);
    if (value < 0x20 || value == 0x7F) return refuse("Invalid path: it has a control character.");
    if (c == '\\') return refuse("Invalid path: a backslash is not allowed, use '/'.");
  }
  if (looks_like_dot_git(segment)) return refuse("Invalid path: '.git' is not allowed in a path.");
  return {};
}

Result<> check_path(std::string_view text) {
  if (text.empty()) return fail(Code::unprocessable, "Invalid path: it is empty.");
  if (text.size() > longest_path) {
    return fail(Code::unprocessable, "Invalid path: it is longer than 4096 bytes.");
  }
  if (!is_utf8(text)) return fail(Code::unprocessable, "Invalid path: it is not valid UTF-8.");
  for (std::size_t start = 0; start <= text.size();) {
    const auto slash = std::min(text.find('/', start), text.size());
    TRY(check_segment(text.substr(start, slash - start)));
    start = slash + 1;
  }
  return {};
}

}  // namespace

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    std::size_t length = 1;
    std::uint32_t point = lead;
    if (lead >= 0xF0 && lead < 0xF5) {
      length = 4;
      point = lead & 0x07U;
    } else if (lead >= 0xE0 && lead < 0xF0) {
      length = 3;
      point = lead & 0x0FU;
    } else if (lead >= 0xC2 && lead < 0xE0) {
      length = 2;
      point = lead & 0x1FU;
    } else if (lead >= 0x80) {
      return false;
    }
    if (i + length > text.size()) return false;
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xC0U) != 0x80U) return false;
      point = (point << 6U) | (next & 0x3FU);
    }
    constexpr std::array<std::uint32_t, 5> least = {0, 0, 0x80, 0x800, 0x10000};
    if (point < least[length] || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) {
      return false;
    }
    i += length;
  }
  return true;
}

std::string join_path(std::span<const std::string> segments) {
  std::string joined;
  std::size_t size = segments.size();
  for (const auto& segment : segments) size += segment.size();
  joined.reserve(size);
  for (const auto& segment : segments) {
    if (&segment != &segments.front()) joined += '/';
    joined += segment;
  }
  return joined;
}

bool looks_like_dot_git(std::string_view segment) {
  if (lower(without_hfs_ignored(segment)) == ".git") return true;
  // NTFS drops trailing dots and spaces, takes what follows a colon as a stream's name, and knows
  // `.git` by its short name too.
  auto name = lower(segment.substr(0, segment.find(':')));
  while (!name.empty() && (name.back() == '.' || name.back() == ' ')) name.pop_back();
  return name == ".git" || name == "git~1";
}

Result<RepoPath> RepoPath::parse(std::string_view text) {
  TRY(check_path(text));
  return RepoPath(std::string(text));
}

std::string_view RepoPath::directory() const {
  const auto slash = text_.rfind('/');
  return slash == text_.npos ? std::string_view{} : std::string_view(text_).substr(0, slash);
}

std::string_view RepoPath::name() const {
  const auto slash = text_.rfind('/');
  return slash == text_.npos ? std::string_view(text_) : std::string_view(text_).substr(slash + 1);
}

Result<std::string> parse_folder(std::string_view text) {
  if (text.ends_with('/')) text.remove_suffix(1);
  if (!text.empty()) TRY(check_path(text));
  return std::string(text);
}

}  // namespace kohaku
