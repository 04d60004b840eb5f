// A bare repository's objects, read in process, with caches of parsed trees and commits. Refs are
// not read from here: the database has them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "git/blob_stream.h"
#include "git/object.h"
#include "git/pack_writer.h"
#include "os/files.h"

namespace kohaku::git {

// Any number of threads. New packs in objects/pack are found on the first miss. Every object read is
// checked against its id: Code::internal when it is damaged.
class Repository {
 public:
  ~Repository();

  const os::Path& directory() const;
  // Code::not_found when the object is not there.
  Result<ObjectHeader> header(const Sha1& id) const;
  Result<std::uint64_t> size(const Sha1& id) const;  // quicker than header()
  // Of everything in its packs, in order; 20 bytes each.
  Result<std::vector<Sha1>> ids() const;
  // The content; payload_too_large when it has more than `most` bytes, not_found when the object is
  // of another type.
  Result<std::string> read(const Sha1& id, ObjectType expected, std::uint64_t most) const;
  Result<std::shared_ptr<const Tree>> tree(const Sha1& id) const;               // cached
  Result<std::shared_ptr<const Commit>> commit(const Sha1& id) const;           // cached
  Result<std::shared_ptr<const std::string>> small_blob(const Sha1& id) const;  // ≤ 64 KiB, cached
  // A blob of any size in constant memory (but for long blobs that a push brought as deltas).
  Result<std::unique_ptr<BlobStream>> open_blob(const Sha1& id) const;
  bool contains(const Sha1& id) const;
  // The commit a tag object stands for in the end, or the id itself when it is a commit.
  Result<Sha1> peel_to_commit(const Sha1& id) const;
  // The one commit whose id starts with these 5 to 39 hexadecimal digits; not_found for none or many.
  Result<Sha1> find_commit_by_prefix(std::string_view prefix) const;

  // The entry at a path ("" is the root tree itself, mode_tree). Nothing when there is none.
  Result<std::optional<TreeEntry>> find(const Sha1& root_tree, std::string_view path) const;

  // Moves a finished pack into the repository, durably, and knows its objects from then on.
  Result<> publish(const StagedPack& pack) const;
  // Removes packs whose objects others hold; closes their files. Missing ones are fine.
  Result<> remove(const std::vector<std::string>& packs) const;
  // After packs were removed from the directory: closes their files.
  Result<> refresh() const;

  // How many commits are reachable from one, kept for the next who counts.
  std::optional<std::uint64_t> known_commit_count(const Sha1& commit) const;
  void remember_commit_count(const Sha1& commit, std::uint64_t count) const;

 private:
  friend class Repositories;
  struct State;
  explicit Repository(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

// Opens repositories by id and keeps the recently used ones open. Any number of threads.
class Repositories {
 public:
  // `root`: the directory of all repositories, made when missing.
  static Result<std::unique_ptr<Repositories>> open(os::Path root);
  ~Repositories();

  // {root}/{id mod 256, two hex digits}/{id}.git
  os::Path directory(RepoId id) const;
  // Where packs of this repository are staged: {directory}/staging, on the same file system.
  os::Path staging(RepoId id) const;
  // An ordinary bare git directory without objects (HEAD, config, objects/pack, refs, staging).
  Result<> create(RepoId id);
  Result<std::shared_ptr<Repository>> get(RepoId id);
  void forget(RepoId id);      // after its directory was removed or replaced
  Result<> remove(RepoId id);  // the whole directory

 private:
  struct State;
  explicit Repositories(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kohaku::git
