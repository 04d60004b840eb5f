// Whose analytics are read: those of a namespace, or of one repository in it.
#pragma once

#include <optional>
#include <string>

#include "hub/access.h"

namespace kohaku::hub {

class AnalyticsScope {
 public:
  explicit AnalyticsScope(const NamespaceAnalyst& analyst)
      : owner_(analyst.id()), owner_name_(analyst.name()) {}
  explicit AnalyticsScope(const RepoAnalyst& analyst)
      : owner_(analyst.repo().owner_id),
        owner_name_(analyst.repo().owner),
        repository_(analyst.repo().id) {}

  AccountId owner() const { return owner_; }
  const std::string& owner_name() const { return owner_name_; }
  // None: all of the namespace.
  const std::optional<RepoId>& repository() const { return repository_; }

 private:
  AccountId owner_;
  std::string owner_name_;
  std::optional<RepoId> repository_;
};

}  // namespace kohaku::hub
