// The text of commits and tags. Reading is lenient, as git's is: histories hold author lines that no
// current git would write, and they must be shown nevertheless.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/repo_path.h"
#include "git/object.h"

namespace kohaku::git {
namespace {

constexpr std::size_t most_parents = 4096;
// Beyond the year 9999 no date can be written on the wire.
constexpr std::int64_t latest_second = 253'402'300'799;

Error malformed(std::string_view what) {
  return internal_error(fmt::format("object text: {}", what));
}

// Text that is not UTF-8 was written before git demanded it, nearly always in Latin-1.
std::string to_utf8(std::string_view text) {
  if (is_utf8(text)) return std::string(text);
  std::string result;
  for (const char c : text) {
    const auto value = static_cast<unsigned char>(c);
    if (value < 0x80) {
      result += c;
    } else {
      result += static_cast<char>(0xC0U | (value >> 6U));
      result += static_cast<char>(0x80U | (value & 0x3FU));
    }
  }
  return result;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\r\n\v\f";
  const auto first = text.find_first_not_of(space);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

std::string_view take_line(std::string_view& rest) {
  const auto end = std::min(rest.find('\n'), rest.size());
  const auto line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

int parse_offset(std::string_view text) {
  if (text.size() != 5 || (text[0] != '+' && text[0] != '-')) return 0;
  int value = 0;
  const auto [end, error] = std::from_chars(text.data() + 1, text.data() + 5, value);
  if (error != std::errc{} || end != text.data() + 5) return 0;
  const int minutes = value / 100 * 60 + value % 100;
  return text[0] == '-' ? -minutes : minutes;
}

// "Name <email> 1700000000 +0100"; what is missing stays empty or zero.
Signature parse_signature(std::string_view text) {
  Signature signature;
  const auto open = text.find('<');
  signature.name = to_utf8(trimmed(text.substr(0, open)));
  if (open == text.npos) return signature;
  const auto close = text.rfind('>');
  if (close == text.npos || close < open) {
    signature.email = to_utf8(trimmed(text.substr(open + 1)));
    return signature;
  }
  signature.email = to_utf8(text.substr(open + 1, close - open - 1));
  const auto rest = trimmed(text.substr(close + 1));
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), seconds);
  if (error != std::errc{}) return signature;
  signature.time = Micros::from_seconds(std::clamp<std::int64_t>(seconds, 0, latest_second));
  signature.offset_minutes =
      parse_offset(trimmed(rest.substr(static_cast<std::size_t>(end - rest.data()))));
  return signature;
}

// What git drops from a name before it writes it: brackets and line ends anywhere, punctuation and
// space at both ends (strbuf_addstr_without_crud in ident.c).
std::string without_crud(std::string_view text) {
  static constexpr std::string_view edges = ".,:;<>\"\\'";
  const auto is_crud = [](char c) {
    return static_cast<unsigned char>(c) <= 32 || edges.find(c) != edges.npos;
  };
  while (!text.empty() && is_crud(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_crud(text.back())) text.remove_suffix(1);
  std::string result;
  for (const char c : text) {
    if (c != '<' && c != '>' && c != '\n' && c != '\0') result += c;
  }
  return result;
}

std::string signature_text(const Signature& signature) {
  const auto seconds = std::clamp<std::int64_t>(signature.time.seconds(), 0, latest_second);
  const int offset = std::clamp(signature.offset_minutes, -99 * 60, 99 * 60);
  const int minutes = offset < 0 ? -offset : offset;
  return fmt::format("{} <{}> {} {}{:02}{:02}", without_crud(signature.name),
                     without_crud(signature.email), seconds, offset < 0 ? '-' : '+', minutes / 60,
                     minutes % 60);
}

std::string without_nul(std::string_view text) {
  std::string result(text);
  std::erase(result, '\0');
  return result;
}

// Steps over the header lines: gives each `key value` to `take` (continuation lines, as signatures
// have them, are skipped) and leaves `rest` at the message.
template <class Take>
Result<> read_headers(std::string_view& rest, Take take) {
  while (!rest.empty()) {
    const auto line = take_line(rest);
    if (line.empty()) return {};
    if (line.front() == ' ') continue;
    const auto space = std::min(line.find(' '), line.size());
    TRY(take(line.substr(0, space), line.substr(std::min(space + 1, line.size()))));
  }
  return {};
}

Result<Sha1> parse_id(std::string_view text) {
  const auto id = Sha1::from_hex(text);
  if (!id) return std::unexpected(malformed("bad object id"));
  return *id;
}

Result<ObjectType> parse_type(std::string_view text) {
  for (const auto type :
       {ObjectType::commit, ObjectType::tree, ObjectType::blob, ObjectType::tag}) {
    if (text == to_string(type)) return type;
  }
  return std::unexpected(malformed("bad object type"));
}

}  // namespace

std::string_view Commit::title() const {
  const auto text = trimmed(message);
  return trimmed(text.substr(0, text.find('\n')));
}

std::string_view Commit::description() const {
  const auto text = trimmed(message);
  const auto end = text.find('\n');
  return end == text.npos ? std::string_view{} : trimmed(text.substr(end));
}

Result<Commit> parse_commit(std::string_view content) {
  Commit commit;
  bool has_tree = false;
  TRY(read_headers(content, [&](std::string_view key, std::string_view value) -> Result<> {
    if (key == "tree" && !has_tree) {
      commit.tree = TRY(parse_id(value));
      has_tree = true;
    } else if (key == "parent") {
      if (commit.parents.size() >= most_parents)
        return std::unexpected(malformed("too many parents"));
      commit.parents.push_back(TRY(parse_id(value)));
    } else if (key == "author") {
      commit.author = parse_signature(value);
    } else if (key == "committer") {
      commit.committer = parse_signature(value);
    }
    return {};
  }));
  if (!has_tree) return std::unexpected(malformed("a commit without a tree"));
  commit.message = to_utf8(content);
  return commit;
}

std::string serialize_commit(const Commit& commit) {
  auto text = fmt::format("tree {}\n", commit.tree.hex());
  for (const auto& parent : commit.parents) text += fmt::format("parent {}\n", parent.hex());
  text += fmt::format("author {}\ncommitter {}\n\n", signature_text(commit.author),
                      signature_text(commit.committer));
  return text + without_nul(commit.message);
}

Result<Tag> parse_tag(std::string_view content) {
  Tag tag;
  bool has_target = false;
  TRY(read_headers(content, [&](std::string_view key, std::string_view value) -> Result<> {
    if (key == "object" && !has_target) {
      tag.target = TRY(parse_id(value));
      has_target = true;
    } else if (key == "type") {
      tag.target_type = TRY(parse_type(value));
    } else if (key == "tag") {
      tag.name = to_utf8(value);
    } else if (key == "tagger") {
      tag.tagger = parse_signature(value);
    }
    return {};
  }));
  if (!has_target) return std::unexpected(malformed("a tag without a target"));
  tag.message = to_utf8(content);
  return tag;
}

std::string serialize_tag(const Tag& tag) {
  return fmt::format("object {}\ntype {}\ntag {}\ntagger {}\n\n{}", tag.target.hex(),
                     to_string(tag.target_type), tag.name, signature_text(tag.tagger),
                     without_nul(tag.message));
}

}  // namespace kohaku::git
