// The repositories of one namespace, as a profile shows them: only what the caller may know of.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/digest.h"
#include "db/connection.h"
#include "hub/access.h"
#include "hub/repo.h"

namespace kohaku::hub {

struct RepoCounts {
  std::int64_t models = 0;
  std::int64_t datasets = 0;
  std::int64_t spaces = 0;

  std::int64_t total() const { return models + datasets + spaces; }
};
Result<RepoCounts> count_repos(db::Connection& connection, const Caller& caller, AccountId owner);

enum class RepoOrder { recent, likes, downloads };

struct ProfileRepo {
  Repo repo;
  std::optional<Sha1> head;  // of the default branch
  std::vector<std::string> tags;
};
Result<std::vector<ProfileRepo>> list_repos(db::Connection& connection, const Caller& caller,
                                            AccountId owner, RepoType type, RepoOrder order,
                                            std::size_t limit);

}  // namespace kohaku::hub
