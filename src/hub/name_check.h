// Whether a name can be had: of an account, or of a repository in a namespace.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/repo_name.h"
#include "db/connection.h"
#include "hub/access.h"

namespace kohaku::hub {

struct NameCheck {
  bool available = true;
  std::string normalized_name;
  std::optional<std::string> conflict_with;
  std::string message;
};

Result<NameCheck> check_account_name(db::Connection& connection, std::string_view name);

// Those who may create in the namespace learn of every conflict, others only of repositories that
// they may read (decision 25).
Result<NameCheck> check_repo_name(db::Connection& connection, const Caller& caller, RepoType type,
                                  const RepoName& name);

}  // namespace kohaku::hub
