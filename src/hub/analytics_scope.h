// Whose analytics are read: those of a namespace that the caller administers, or of one repository in
// it. Only the functions below make one. A token that only reads is enough: nothing is changed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "hub/access.h"
#include "hub/hub.h"

namespace kohaku::hub {

class AnalyticsScope {
 public:
  // An organization in which the caller is an admin, or their own namespace; not_found when there is
  // none of the name, forbidden for others.
  static Result<AnalyticsScope> of_namespace(Hub& hub, const SignedIn& caller,
                                             std::string_view name);
  // unauthorized, or forbidden for who does not administer its namespace.
  static Result<AnalyticsScope> of_repository(Hub& hub, const ReadableRepo& repo);

  AccountId owner() const { return owner_; }
  const std::string& owner_name() const { return owner_name_; }
  // None: all of the namespace.
  const std::optional<RepoId>& repository() const { return repository_; }

 private:
  AnalyticsScope(AccountId owner, std::string owner_name, std::optional<RepoId> repository)
      : owner_(owner), owner_name_(std::move(owner_name)), repository_(repository) {}

  AccountId owner_;
  std::string owner_name_;
  std::optional<RepoId> repository_;
};

}  // namespace kohaku::hub
