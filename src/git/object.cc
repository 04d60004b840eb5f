#include "git/object.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/hash.h"

namespace kohaku::git {
namespace {

// Six octal digits are the most git has ever written; the bound keeps a foreign tree from overflowing.
constexpr std::size_t longest_mode = 7;

Error malformed(std::string_view what) { return internal_error(fmt::format("tree: {}", what)); }

// How git compares names in a tree: bytewise, with a folder's name followed by `/`.
int compare_names(std::string_view a, bool a_is_tree, std::string_view b, bool b_is_tree) {
  const auto shared = std::min(a.size(), b.size());
  if (const int order = a.substr(0, shared).compare(b.substr(0, shared)); order != 0) return order;
  const auto next = [shared](std::string_view name, bool is_tree) -> int {
    if (name.size() > shared) return static_cast<unsigned char>(name[shared]);
    return is_tree ? '/' : 0;
  };
  return next(a, a_is_tree) - next(b, b_is_tree);
}

bool entry_less(const TreeEntry& a, const TreeEntry& b) {
  return compare_names(a.name, a.is_tree(), b.name, b.is_tree()) < 0;
}

Result<std::uint32_t> parse_mode(std::string_view digits) {
  if (digits.empty() || digits.size() > longest_mode) return std::unexpected(malformed("bad mode"));
  std::uint32_t mode = 0;
  for (const char c : digits) {
    if (c < '0' || c > '7') return std::unexpected(malformed("bad mode"));
    mode = mode * 8 + static_cast<std::uint32_t>(c - '0');
  }
  return mode;
}

}  // namespace

std::string_view to_string(ObjectType type) {
  switch (type) {
    case ObjectType::commit: return "commit";
    case ObjectType::tree: return "tree";
    case ObjectType::blob: return "blob";
    case ObjectType::tag: return "tag";
  }
  return "unknown";
}

Sha1 object_id(ObjectType type, Bytes content) {
  std::array<char, 32> header{};
  const auto end = fmt::format_to(header.data(), "{} {}", to_string(type), content.size());
  Sha1Hasher hasher;
  hasher.update(std::string_view(header.data(), static_cast<std::size_t>(end - header.data()) + 1));
  hasher.update(content);
  return hasher.finish();
}

Result<Tree> parse_tree(Bytes content) {
  Tree tree;
  auto rest = as_text(content);
  while (!rest.empty()) {
    const auto space = rest.substr(0, longest_mode + 1).find(' ');
    if (space == rest.npos) return std::unexpected(malformed("no mode"));
    TreeEntry entry{.mode = TRY(parse_mode(rest.substr(0, space)))};
    rest.remove_prefix(space + 1);
    const auto end = rest.find('\0');
    if (end == rest.npos || rest.size() - end - 1 < Sha1::size) {
      return std::unexpected(malformed("cut short"));
    }
    entry.name = rest.substr(0, end);
    if (entry.name.empty() || entry.name.find('/') != entry.name.npos) {
      return std::unexpected(malformed("bad name"));
    }
    entry.id = *Sha1::from_bytes(as_bytes(rest.substr(end + 1, Sha1::size)));
    rest.remove_prefix(end + 1 + Sha1::size);
    tree.push_back(std::move(entry));
  }
  return tree;
}

std::string serialize_tree(const Tree& tree) {
  std::string content;
  content.reserve(tree.size() * 48);
  for (const auto& entry : tree) {
    fmt::format_to(std::back_inserter(content), "{:o} ", entry.mode);
    content += entry.name;
    content += '\0';
    content += as_text(entry.id.view());
  }
  return content;
}

void sort_tree(Tree& tree) {
  if (!std::is_sorted(tree.begin(), tree.end(), entry_less)) {
    std::sort(tree.begin(), tree.end(), entry_less);
  }
}

const TreeEntry* find_entry(const Tree& tree, std::string_view name) {
  // The order depends on whether the name is a file's or a folder's: look in both places.
  for (const bool is_tree : {false, true}) {
    const auto found =
        std::lower_bound(tree.begin(), tree.end(), name, [is_tree](const auto& entry, auto wanted) {
          return compare_names(entry.name, entry.is_tree(), wanted, is_tree) < 0;
        });
    if (found != tree.end() && found->name == name) return &*found;
  }
  return nullptr;
}

Sha1 empty_tree_id() {
  static const Sha1 id = object_id(ObjectType::tree, {});
  return id;
}

}  // namespace kohaku::git
