// How much namespaces and repositories may hold (decision 28).
//
// Public and private repositories of a namespace are counted apart. The site grants each namespace a
// limit for either part (the server's default unless the operator set another); its owner may set lower
// quotas for them and one for both together, and a repository may have one of its own on top. Used bytes are those of hub/storage_use.h, summed up
// when they are needed, so that they are never wrong; without a quota nothing is summed up.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "base/task.h"
#include "db/connection.h"
#include "hub/access.h"
#include "hub/hub.h"

namespace kohaku::hub {

// A large object on its way into a repository.
struct ArrivingObject {
  std::optional<Sha256> sha256;  // empty: not known yet, so it counts as new
  std::uint64_t size = 0;
};

// The one check, at every way in: quota_exceeded when the repository, its namespace, or the part of
// that of its visibility holds more than it may, or would with `arriving` (each object once, and only where it
// is new). Within the transaction that adds something, so that two of them cannot both take the last
// room; after its rows are written nothing arrives any more.
Result<> check_quota(db::Connection& connection, const Config& config, RepoId repo,
                     std::span<const ArrivingObject> arriving = {});

// The quota in force, if any, and what is used of it.
struct QuotaUse {
  std::optional<std::uint64_t> quota;
  std::uint64_t used = 0;
};

struct NamespaceQuota {
  AccountId id;
  std::string name;
  bool is_organization = false;
  QuotaUse public_;
  QuotaUse private_;
  QuotaUse total;          // of both; its quota may be lower than the sum of theirs
  bool is_member = false;  // whether the caller may know of more than the public part
};

// not_found for a missing namespace. Blocks, as all below.
Result<NamespaceQuota> find_namespace_quota(Hub& hub, const Caller& caller, std::string_view name);
// forbidden for one of others.
Result<NamespaceQuota> find_own_namespace_quota(Hub& hub, const Caller& caller,
                                                std::string_view name);

// What binds a repository; read without summing anything up.
struct RepoLimits {
  std::optional<std::uint64_t> own;         // what was set for it
  std::optional<std::uint64_t> namespace_;  // of its namespace, for its visibility
  std::optional<std::uint64_t> effective;   // the lower of both
};
Result<RepoLimits> find_repo_limits(db::Connection& connection, const Config& config, RepoId repo);

struct RepoQuota {
  RepoLimits limits;
  std::uint64_t used = 0;
  std::uint64_t namespace_used = 0;  // of the repository's visibility
  bool is_member = false;            // whether the caller may know of the namespace's use
};
Result<RepoQuota> find_repo_quota(Hub& hub, const ReadableRepo& repo);

struct RepoUse {
  std::string full_name;
  RepoType type = RepoType::model;
  std::string name;
  bool private_ = false;
  std::optional<std::uint64_t> own;
  std::optional<std::uint64_t> effective;
  std::uint64_t used = 0;
  Micros created_at;
};
struct NamespaceUse {
  std::string name;
  bool is_organization = false;
  std::vector<RepoUse> repos;  // those that use most come first
};
// Of a namespace that the caller belongs to: forbidden otherwise.
Result<NamespaceUse> list_namespace_use(Hub& hub, const Caller& caller, std::string_view name);

// A change of one quota: not given, taken away, or set to so many bytes.
using QuotaBytes = std::optional<std::uint64_t>;
using QuotaChange = std::optional<QuotaBytes>;

// By the namespace's owner: bad_request above the site's limit. A quota below what is used already
// stops what comes, and takes nothing away.
struct NamespaceQuotaChange {
  QuotaChange total;
  QuotaChange public_;
  QuotaChange private_;
};
Task<Result<>> set_namespace_quota(Hub& hub, const OrgAdmin& owner, NamespaceQuotaChange change);
// bad_request above the namespace's quota.
Task<Result<>> set_repo_quota(Hub& hub, const WritableRepo& repo,
                              std::optional<std::uint64_t> quota);

// What the operator grants: the server's default, no limit, or so many bytes.
struct QuotaLimit {
  enum class Kind { server_default, none, bytes };
  Kind kind = Kind::server_default;
  std::uint64_t bytes = 0;
};
// "default", "unlimited", or a number of bytes.
Result<QuotaLimit> parse_quota_limit(std::string_view text);
Result<> set_quota_limits(Hub& hub, std::string_view name, const std::optional<QuotaLimit>& public_,
                          const std::optional<QuotaLimit>& private_);
// A line for the public and one for the private repositories, for the operator.
Result<std::string> tell_quota(Hub& hub, std::string_view name);

}  // namespace kohaku::hub
