// The row that every new repository begins with, shared by creating and duplicating.
#pragma once

#include "db/connection.h"
#include "hub/access.h"
#include "hub/hub.h"
#include "hub/repo.h"

namespace kohaku::hub {

// Ids are never given twice, since directories bear them.
Result<RepoId> next_repo_id(db::Connection& connection);

// repo_exists when something has this name, in any capitals.
Result<> check_name_is_free(db::Connection& connection, RepoType type, const RepoName& name);

// Ends the redirect that stood under a name: whoever takes the name ends it.
Result<> end_redirect(db::Connection& connection, RepoType type, const RepoName& name);

// forbidden when the user may not, or no longer, create in this namespace.
Result<> check_may_create(db::Connection& connection, AccountId user, AccountId owner);

// Inserts `repo` after all of the checks above.
Result<> insert_repo(db::Connection& connection, const Repo& repo, AccountId creator);

// Best effort: what cannot be removed is logged.
void remove_repo_directory(Hub& hub, RepoId id);

}  // namespace kohaku::hub
