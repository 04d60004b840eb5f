// Git's objects as values: trees, commits, tags, and the ids they have.
// Source: gitformat and Documentation/technical of git; ids are SHA-1 over "type size\0content".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/date.h"
#include "base/digest.h"
#include "base/result.h"

namespace kohaku::git {

enum class ObjectType { commit = 1, tree = 2, blob = 3, tag = 4 };  // as packs number them
std::string_view to_string(ObjectType type);

struct ObjectHeader {
  ObjectType type = ObjectType::blob;
  std::uint64_t size = 0;
};

Sha1 object_id(ObjectType type, Bytes content);

inline constexpr std::uint32_t mode_tree = 0040000;
inline constexpr std::uint32_t mode_file = 0100644;
inline constexpr std::uint32_t mode_executable = 0100755;
inline constexpr std::uint32_t mode_symlink = 0120000;
inline constexpr std::uint32_t mode_submodule = 0160000;

struct TreeEntry {
  std::uint32_t mode = mode_file;
  std::string name;
  Sha1 id;
  bool is_tree() const { return mode == mode_tree; }
  friend bool operator==(const TreeEntry&, const TreeEntry&) = default;
};

// Sorted as git sorts: a tree's name compares as if it ended in `/`.
using Tree = std::vector<TreeEntry>;
Result<Tree> parse_tree(Bytes content);
std::string serialize_tree(const Tree& tree);
void sort_tree(Tree& tree);
const TreeEntry* find_entry(const Tree& tree, std::string_view name);

struct Signature {
  std::string name;  // serialize drops <, > and newlines, as git does
  std::string email;
  Micros time;  // whole seconds are kept
  int offset_minutes = 0;
};

// Texts that are not UTF-8 are read as Latin-1, so all of these can go into JSON. A name in a tree
// is kept as it is, byte by byte.
struct Commit {
  Sha1 tree;
  std::vector<Sha1> parents;
  Signature author;
  Signature committer;
  std::string message;  // title, empty line, description
  std::string_view title() const;
  std::string_view description() const;  // after the empty line, trimmed
};
Result<Commit> parse_commit(std::string_view content);
std::string serialize_commit(const Commit& commit);

struct Tag {
  Sha1 target;
  ObjectType target_type = ObjectType::commit;
  std::string name;
  Signature tagger;
  std::string message;
};
Result<Tag> parse_tag(std::string_view content);
std::string serialize_tag(const Tag& tag);

// The id of the tree without entries: known to git, stored in no repository until written.
Sha1 empty_tree_id();

}  // namespace kohaku::git
