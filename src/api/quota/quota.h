// What namespaces and repositories may hold, and what they do.
//
//   GET  /api/quota/{org}                       of a namespace the caller belongs to
//   PUT  /api/quota/{org}                       {quota_bytes?, public_quota_bytes?, private_quota_bytes?}
//   POST /api/quota/{org}/recalculate           the same answer as GET
//   GET  /api/quota/{org}/public                what anybody may know; members see the private part too
//   GET  /api/quota/{org}/repos                 its repositories, those that use most first
//   GET  /api/quota/repo/{type}/{repo}
//   PUT  /api/quota/repo/{type}/{repo}          {quota_bytes}
//   POST /api/quota/repo/{type}/{repo}/recalculate
//
// {org} is a user or an organization. In a PUT a number sets, null takes away, a field that is missing
// stays. `quota_bytes` of a namespace is for public and private repositories together. Percentages are
// of the quota, and null where there is none. Used bytes are summed up for each answer, so that there is
// never anything to recalculate; the routes are there for the clients that call them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/call.h"
#include "api/endpoint.h"
#include "base/task.h"
#include "hub/access.h"
#include "hub/quota.h"

namespace kohaku::api {

using MaybeBytes = std::optional<std::uint64_t>;

struct NamespaceQuotaReply {
  std::string namespace_;
  bool is_organization = false;
  MaybeBytes quota_bytes;
  std::uint64_t used_bytes = 0;
  MaybeBytes available_bytes;
  std::optional<double> percentage_used;
  MaybeBytes public_quota_bytes;
  std::uint64_t public_used_bytes = 0;
  MaybeBytes private_quota_bytes;
  std::uint64_t private_used_bytes = 0;
};
BOOST_DESCRIBE_STRUCT(NamespaceQuotaReply, (),
                      (namespace_, is_organization, quota_bytes, used_bytes, available_bytes,
                       percentage_used, public_quota_bytes, public_used_bytes, private_quota_bytes,
                       private_used_bytes))

// The private fields are null for those who do not belong to the namespace.
struct PublicQuotaReply {
  std::string namespace_;
  bool is_organization = false;
  MaybeBytes public_quota_bytes;
  std::uint64_t public_used_bytes = 0;
  MaybeBytes public_available_bytes;
  std::optional<double> public_percentage_used;
  MaybeBytes private_quota_bytes;
  MaybeBytes private_used_bytes;
  MaybeBytes private_available_bytes;
  std::optional<double> private_percentage_used;
  MaybeBytes total_used_bytes;
  bool can_see_private = false;
};
BOOST_DESCRIBE_STRUCT(PublicQuotaReply, (),
                      (namespace_, is_organization, public_quota_bytes, public_used_bytes,
                       public_available_bytes, public_percentage_used, private_quota_bytes,
                       private_used_bytes, private_available_bytes, private_percentage_used,
                       total_used_bytes, can_see_private))

struct RepoUseItem {
  std::string repo_id;
  std::string repo_type;
  std::string name;
  bool private_ = false;
  MaybeBytes quota_bytes;
  std::uint64_t used_bytes = 0;
  std::optional<double> percentage_used;
  bool is_inheriting = true;
  Micros created_at;
};
BOOST_DESCRIBE_STRUCT(RepoUseItem, (),
                      (repo_id, repo_type, name, private_, quota_bytes, used_bytes, percentage_used,
                       is_inheriting, created_at))

struct NamespaceUseReply {
  std::string namespace_;
  bool is_organization = false;
  std::size_t total_repos = 0;
  std::vector<RepoUseItem> repositories;
};
BOOST_DESCRIBE_STRUCT(NamespaceUseReply, (),
                      (namespace_, is_organization, total_repos, repositories))

// Also part of a repository's info.
struct RepoStorage {
  MaybeBytes quota_bytes;
  std::uint64_t used_bytes = 0;
  MaybeBytes available_bytes;
  std::optional<double> percentage_used;
  MaybeBytes effective_quota_bytes;
  bool is_inheriting = true;
};
BOOST_DESCRIBE_STRUCT(RepoStorage, (),
                      (quota_bytes, used_bytes, available_bytes, percentage_used,
                       effective_quota_bytes, is_inheriting))
RepoStorage repo_storage(const hub::RepoLimits& limits, std::uint64_t used);

// The namespace's bytes are null for those who do not belong to it.
struct RepoQuotaReply {
  std::string repo_id;
  std::string repo_type;
  std::string namespace_;
  MaybeBytes quota_bytes;
  std::uint64_t used_bytes = 0;
  MaybeBytes available_bytes;
  std::optional<double> percentage_used;
  MaybeBytes effective_quota_bytes;
  MaybeBytes namespace_quota_bytes;
  MaybeBytes namespace_used_bytes;
  MaybeBytes namespace_available_bytes;
  bool is_inheriting = true;
};
BOOST_DESCRIBE_STRUCT(RepoQuotaReply, (),
                      (repo_id, repo_type, namespace_, quota_bytes, used_bytes, available_bytes,
                       percentage_used, effective_quota_bytes, namespace_quota_bytes,
                       namespace_used_bytes, namespace_available_bytes, is_inheriting))

Result<NamespaceQuotaReply> show_quota(const hub::SignedIn& caller, Call& call);
Task<Result<http::Reply>> change_quota(hub::OrgAdmin owner, Call& call);
Result<NamespaceQuotaReply> recalculate_quota(const hub::OrgAdmin& owner, Call& call);
Result<PublicQuotaReply> show_public_quota(const hub::Anyone& caller, Call& call);
Result<NamespaceUseReply> list_use(const hub::SignedIn& caller, Call& call);
Result<RepoQuotaReply> show_repo_quota(const hub::ReadableRepo& repo, Call& call);
Task<Result<http::Reply>> change_repo_quota(hub::WritableRepo repo, Call& call);
Result<RepoQuotaReply> recalculate_repo_quota(const hub::WritableRepo& repo, Call& call);

}  // namespace kohaku::api
