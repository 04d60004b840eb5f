#include "hub/tree_cursor.h"

#include <algorithm>

#include "base/encoding.h"

namespace kohaku::hub {

std::string write_cursor(const TreeCursor& cursor) {
  std::string raw(as_text(cursor.commit.view()));
  raw += cursor.path;
  return base64url_encode(as_bytes(raw));
}

std::optional<TreeCursor> parse_tree_cursor(std::string_view text) {
  std::string standard(text);
  std::ranges::replace(standard, '-', '+');
  std::ranges::replace(standard, '_', '/');
  const auto raw = base64_decode(standard);
  if (!raw || raw->size() <= Sha1::size) return std::nullopt;
  const auto commit = Sha1::from_bytes(as_bytes(*raw).first(Sha1::size));
  return TreeCursor{*commit, raw->substr(Sha1::size)};
}

}  // namespace kohaku::hub
