// All packs of one repository and where each object lies. Every commit adds a pack, so there may be
// thousands of small ones until they are consolidated: their indexes are merged in memory, those of
// large packs are mapped.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "git/open_files.h"
#include "git/pack.h"
#include "git/pack_writer.h"
#include "git/slot_runs.h"

namespace kohaku::git {

struct Place {
  std::shared_ptr<const Pack> pack;
  std::uint64_t offset = 0;
};

// Any number of threads.
class PackSet {
 public:
  PackSet(os::Path repository_directory, std::shared_ptr<OpenFiles> files);
  ~PackSet();

  // Code::not_found when no pack has it. Looks for new packs first, if the directory has changed
  // since it was last read.
  Result<Place> find(const Sha1& id);
  // The same without looking for new packs.
  bool knows(const Sha1& id) const { return look_up(id).has_value(); }
  // Publishes a pack and takes it into the view, so that nothing needs to be searched for it.
  Result<> publish(const StagedPack& pack);
  // Removes the files of packs, durably; never between the two files of one that is being published.
  Result<> remove(const std::vector<std::string>& names);
  // Reads the directory again: packs that were removed are forgotten.
  Result<> refresh();
  // The ids from `low` to `high`, both included, each once, in order; at most about `most`.
  Result<std::vector<Sha1>> ids_between(const Sha1& low, const Sha1& high, std::size_t most);
  // Objects held in memory, 32 bytes each.
  std::size_t weight() const;

 private:
  struct Large;
  using DirectoryTime = std::filesystem::file_time_type;

  std::optional<Place> look_up(const Sha1& id) const;
  Result<bool> scan_if_changed();
  Result<> scan();
  Result<std::vector<std::string>> pack_names() const;
  Result<> add(const std::string& name);
  void add_small(std::shared_ptr<const Pack> pack, const std::string& index);
  void forget_missing(const std::vector<std::string>& present);
  std::optional<DirectoryTime> directory_time() const;

  os::Path repository_directory_;
  os::Path directory_;
  std::shared_ptr<OpenFiles> files_;

  std::mutex scanning_;  // held while the directory is read or written, before mutex_
  std::optional<DirectoryTime> known_time_;  // of the directory, when it was last known whole
  DirectoryTime read_at_{};                  // when it was last read
  DirectoryTime trusted_until_{};            // no change can have escaped its time before this

  mutable std::shared_mutex mutex_;                 // guards what follows
  std::vector<std::shared_ptr<const Pack>> packs_;  // by number; null when removed
  std::unordered_map<std::string, std::uint32_t> numbers_;
  SlotRuns small_;
  std::vector<Large> large_;
};

}  // namespace kohaku::git
