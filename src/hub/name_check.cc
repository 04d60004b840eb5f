#include "hub/name_check.h"

#include <fmt/format.h>

#include "hub/accounts.h"
#include "hub/repo.h"

namespace kohaku::hub {

Result<NameCheck> check_account_name(db::Connection& connection, std::string_view name) {
  auto refusal = TRY(refuse_account_name(connection, name));
  if (!refusal) return NameCheck{true, normalize_name(name), std::nullopt, "Name is available"};
  return NameCheck{false, normalize_name(name), std::move(refusal->conflict_with),
                   std::move(refusal->message)};
}

Result<NameCheck> check_repo_name(db::Connection& connection, const Caller& caller, RepoType type,
                                  const RepoName& name) {
  NameCheck check{true, normalize_name(name.name), std::nullopt, "Repository name is available"};
  if (auto well_formed = check_name(name.name); !well_formed) {
    check.available = false;
    check.message = std::move(well_formed).error().message;
    return check;
  }
  const auto repo = TRY(find_repo(connection, type, name));
  // Private ones are visible to every member, so also to those who may create.
  if (!repo || !TRY(may_read(connection, caller, *repo))) return check;
  check.available = false;
  check.conflict_with = repo->full_name();
  check.message =
      repo->name == name.name
          ? fmt::format("Repository {} already exists", repo->full_name())
          : fmt::format("Repository name conflicts with existing repository: {} (case-insensitive)",
                        repo->name);
  return check;
}

}  // namespace kohaku::hub
