// What a push brings, kept apart until it is judged: a directory of objects beside the repository's
// own, which git programs read together with them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "git/command.h"
#include "git/pack_writer.h"
#include "git/repository.h"

namespace kohaku::git {

// Removed with its owner.
class Quarantine {
 public:
  // Below {repository}/staging. Blocks, as all of this does.
  static Result<Quarantine> create(os::Path repository_directory);
  Quarantine(Quarantine&& other) noexcept;
  Quarantine& operator=(Quarantine&&) = delete;
  Quarantine(const Quarantine&) = delete;
  Quarantine& operator=(const Quarantine&) = delete;
  ~Quarantine();

  // `git {arguments}` in the repository, writing objects here and reading from both places.
  os::ProcessOptions command(std::vector<std::string> arguments) const;

  // `git index-pack` for a pack that comes through its standard input: completes a thin pack, checks
  // every object as strictly as `git fsck --strict`, refuses more than `most_bytes`.
  os::ProcessOptions index_pack_command(std::uint64_t most_bytes) const;

  // The pack that it left, synced; nothing when it holds no object.
  Result<std::optional<StagedPack>> finished_pack() const;

  // Its objects alone, to be read in process.
  Result<std::shared_ptr<Repository>> open() const;

 private:
  Quarantine(os::Path repository, std::string name);
  os::Path repository_;
  std::string name_;  // below staging
  os::Path root_;
  os::Path directory_;  // that of a repository below it
};

// Why `git index-pack` refused a pack, from what it printed: in words for the user, one line each.
std::vector<std::string> index_pack_refusal(std::string_view errors);

}  // namespace kohaku::git
