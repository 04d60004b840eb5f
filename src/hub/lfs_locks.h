// Locks of git-lfs: at most one for each path of a repository, whatever the branch. They bind clients
// that ask (git-lfs does before a push); a commit through the API does not.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/ids.h"
#include "base/result.h"
#include "db/database.h"

namespace kohaku::hub {

struct LfsLock {
  std::string id;
  std::string path;
  AccountId owner;
  std::string owner_name;
  Micros created_at;
};

// Inside a write. The lock of the path: a new one, or the one that is there, whoever took it.
// unprocessable for a path that no file can have.
struct TakenLock {
  LfsLock lock;
  bool is_new = false;
};
Result<TakenLock> take_lock(db::Connection& connection, RepoId repo, AccountId owner,
                            std::string_view path, Micros now);

struct LockFilter {
  std::optional<std::string> path;
  std::optional<std::string> id;
};
struct LockPage {
  std::vector<LfsLock> locks;
  std::string next_cursor;  // "" on the last page
};
// By path. `cursor`: "" or the next_cursor of the page before.
Result<LockPage> list_locks(db::Connection& connection, RepoId repo, const LockFilter& filter,
                            std::string_view cursor, std::size_t limit);

// Inside a write. The lock that was removed; nothing when there is no such lock. forbidden for
// another's lock unless it may be forced.
Result<std::optional<LfsLock>> remove_lock(db::Connection& connection, RepoId repo,
                                           std::string_view id, AccountId user, bool may_force);

}  // namespace kohaku::hub
