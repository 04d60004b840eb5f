#include "hub/access_status.h"

#include <string>

namespace kohaku::hub {

std::string_view to_string(AccessStatus status) {
  switch (status) {
    case AccessStatus::accepted: return "accepted";
    case AccessStatus::rejected: return "rejected";
    case AccessStatus::pending: break;
  }
  return "pending";
}

std::optional<AccessStatus> access_status_from(std::string_view text) {
  for (const auto status :
       {AccessStatus::pending, AccessStatus::accepted, AccessStatus::rejected}) {
    if (text == to_string(status)) return status;
  }
  return std::nullopt;
}

Result<std::optional<AccessStatus>> find_access_status(db::Connection& connection, RepoId repo,
                                                       AccountId user) {
  const auto row =
      TRY(connection.sql("SELECT status FROM access_request WHERE repo_id = ?1 AND user_id = ?2")
              .bind(repo, user)
              .first<std::string>());
  if (!row) return std::nullopt;
  return access_status_from(std::get<0>(*row));
}

}  // namespace kohaku::hub
