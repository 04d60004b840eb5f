// Writes one pack and its index (version 2) without spawning git: what a commit through the API adds.
// Source: gitformat-pack(5). Objects are stored whole (no deltas), deflated; the repacking job makes
// deltas later. Not for two threads at once.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "git/object.h"
#include "os/files.h"

namespace kohaku::git {

// A finished pack, synced, still in its staging directory under a temporary name.
struct StagedPack {
  std::string name;  // "pack-{40 hex}"
  os::Path pack_file;
  os::Path index_file;
  std::uint32_t objects = 0;
  std::uint64_t bytes = 0;  // of the pack file
};

class PackWriter {
 public:
  // Files are made in `staging_directory`, which must be on the repository's file system; they go
  // away with the writer unless published.
  static Result<PackWriter> create(const os::Path& staging_directory);
  PackWriter(PackWriter&&) noexcept;
  PackWriter& operator=(PackWriter&&) = delete;
  PackWriter(const PackWriter&) = delete;
  PackWriter& operator=(const PackWriter&) = delete;
  ~PackWriter();

  // Adds an object and gives its id; one already in this pack is not written twice.
  Result<Sha1> add(ObjectType type, Bytes content);
  // The same for content of exactly `size` bytes that comes in pieces (empty = end).
  Result<Sha1> add_stream(ObjectType type, std::uint64_t size,
                          const std::function<Result<Bytes>()>& read);

  bool contains(const Sha1& id) const;
  std::uint32_t count() const;

  // Writes trailer and index, syncs both files in parallel.
  Result<StagedPack> finish();

 private:
  struct State;
  explicit PackWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Moves pack and index into {repository}/objects/pack (the index last, since git finds packs by it)
// and syncs that directory. A pack of this name already there is the same pack: success.
// Where a Repository is at hand, Repository::publish does the same and saves it a search.
Result<> publish_pack(const StagedPack& pack, const os::Path& repository_directory);
// The first half of it: not yet durable.
Result<> move_pack(const StagedPack& pack, const os::Path& repository_directory);

}  // namespace kohaku::git
