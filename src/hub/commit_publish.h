// The one way a ref moves: packs are put in place, then one transaction compares the refs with what
// their writer saw, checks everything again and writes all rows, or none.
//
//   finish the pack → synced and renamed into objects/pack → transaction → answer
//
// A pack whose transaction failed stays unregistered, until it is swept (hub/stray_packs.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "base/task.h"
#include "git/pack_writer.h"
#include "hub/access.h"
#include "hub/card.h"
#include "hub/hub.h"

namespace kohaku::hub {

struct RefChange {
  std::string name;                          // "refs/heads/main"
  std::optional<Sha1> expected;              // what it points at now; nothing: it must not exist
  std::optional<Sha1> target;                // a commit or an annotated tag; nothing: the ref goes
  Sha1 commit;                               // target, peeled
  std::optional<std::int64_t> commit_count;  // commits reachable, when known
};

// The commit that last changed an entry of a folder of the default branch.
struct PathChange {
  std::string folder;  // "" is the root
  std::string name;
  std::optional<Sha1> commit;  // nothing: the entry is gone
};

// A large file as a commit names it.
struct NamedObject {
  std::string path;
  Sha256 sha256;
  std::uint64_t size = 0;
  Sha1 commit;
  bool is_new_version = true;  // false: checked and kept alive, but no version of its own
};

struct Publication {
  RepoId repo;
  AccountId writer;
  std::vector<git::StagedPack> packs;  // in place by now: see place_packs()
  std::vector<RefChange> refs;
  bool changes_content = true;  // the repository counts as updated
  bool replaces_paths = false;  // path_changes is the whole truth, not a difference
  std::vector<PathChange> path_changes;
  std::vector<NamedObject> objects;
  std::optional<std::string> default_branch;  // another one from now on
  std::optional<CardMetadata> card;           // of the default branch, when it may have changed
};

// What a commit renews: a large object that it names lives at least this long (decision 34).
inline constexpr std::int64_t object_grace_seconds = std::int64_t{7} * 24 * 3600;

// The writer lost a race: a ref is not what it was when the writer looked. Told apart from every
// other conflict, since a commit that named no parent is then built anew.
bool is_lost_race(const Error& error);

// The commits reachable from one, when some ref to it knows.
Result<std::optional<std::int64_t>> known_commit_count(Hub& hub, RepoId repo, const Sha1& commit);

// Moves finished packs into the repository, durably. Blocks.
Result<> place_packs(Hub& hub, RepoId repo, const std::vector<git::StagedPack>& packs);

// Writes everything in one transaction that first asks again whether the repository exists
// (repo_not_found), the writer may write (forbidden), every ref is as expected (conflict, see
// is_lost_race; `Reference … already exists`), no ref would lie below another (conflict), the default
// branch does not go (conflict), and every object named is held by this repository (bad_request). Durable when it answers. With packs: while the
// caller has the repository's turn (Hub::queues), since one of them may be a retired one brought again,
// and its files may have gone (unavailable).
Task<Result<>> publish(Hub& hub, Publication publication);

// The same inside a transaction of the caller; without the question for rights when the repository
// was made by that transaction.
enum class Rights { check, already_checked };
Result<> record(db::Connection& connection, const Publication& publication, Micros now,
                Rights rights);

}  // namespace kohaku::hub
