#include "api/quota/quota.h"

#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <cmath>

#include "api/json.h"

namespace kohaku::api {
namespace {

constexpr std::uint64_t most_body_bytes = 64 * 1024;

// With one digit behind the point.
std::optional<double> percentage(std::uint64_t used, const MaybeBytes& quota) {
  if (!quota) return std::nullopt;
  if (*quota == 0) return 100.0;
  return std::round(1000.0 * static_cast<double>(used) / static_cast<double>(*quota)) / 10.0;
}

MaybeBytes available(std::uint64_t used, const MaybeBytes& quota) {
  if (!quota) return std::nullopt;
  return used < *quota ? *quota - used : 0;
}

NamespaceQuotaReply reply_of(const hub::NamespaceQuota& quota) {
  const auto& [limit, used] = quota.total;
  return {quota.name,
          quota.is_organization,
          limit,
          used,
          available(used, limit),
          percentage(used, limit),
          quota.public_.quota,
          quota.public_.used,
          quota.private_.quota,
          quota.private_.used};
}

Result<hub::QuotaChange> read_change(const boost::json::object& in, std::string_view field) {
  const auto* value = in.if_contains(field);
  if (value == nullptr) return std::nullopt;
  if (value->is_null()) return hub::QuotaChange(MaybeBytes());
  if (value->is_int64() && value->get_int64() >= 0) {
    return hub::QuotaChange(static_cast<std::uint64_t>(value->get_int64()));
  }
  return fail(Code::bad_request,
              fmt::format("'{}' must be a number of bytes from 0 on, or null.", field));
}

Task<Result<boost::json::object>> read_object(Call& call) {
  const auto text = CO_TRY(co_await http::read_text(*call.request.body, most_body_bytes));
  auto value = CO_TRY(parse_json(text));
  if (!value.is_object()) co_return fail(Code::bad_request, "The body must be an object.");
  co_return std::move(value.get_object());
}

Result<hub::NamespaceQuotaChange> read_changes(const boost::json::object& in) {
  hub::NamespaceQuotaChange change;
  change.total = TRY(read_change(in, "quota_bytes"));
  change.public_ = TRY(read_change(in, "public_quota_bytes"));
  change.private_ = TRY(read_change(in, "private_quota_bytes"));
  if (change.total || change.public_ || change.private_) return change;
  return fail(Code::bad_request,
              "Give quota_bytes, public_quota_bytes or private_quota_bytes, or several of them.");
}

RepoQuotaReply reply_of(const hub::Repo& repo, const hub::RepoQuota& quota) {
  const auto storage = repo_storage(quota.limits, quota.used);
  RepoQuotaReply reply;
  reply.repo_id = repo.full_name();
  reply.repo_type = to_string(repo.type);
  reply.namespace_ = repo.owner;
  reply.quota_bytes = storage.quota_bytes;
  reply.used_bytes = storage.used_bytes;
  reply.available_bytes = storage.available_bytes;
  reply.percentage_used = storage.percentage_used;
  reply.effective_quota_bytes = storage.effective_quota_bytes;
  reply.is_inheriting = storage.is_inheriting;
  if (!quota.is_member) return reply;
  reply.namespace_quota_bytes = quota.limits.namespace_;
  reply.namespace_used_bytes = quota.namespace_used;
  reply.namespace_available_bytes = available(quota.namespace_used, quota.limits.namespace_);
  return reply;
}

}  // namespace

RepoStorage repo_storage(const hub::RepoLimits& limits, std::uint64_t used) {
  return {limits.own,
          used,
          available(used, limits.effective),
          percentage(used, limits.effective),
          limits.effective,
          !limits.own};
}

Result<NamespaceQuotaReply> show_quota(const hub::SignedIn& caller, Call& call) {
  return reply_of(
      TRY(hub::find_own_namespace_quota(call.hub, caller.caller(), call.path.value("org"))));
}

Task<Result<http::Reply>> change_quota(hub::OrgAdmin owner, Call& call) {
  const auto change = CO_TRY(read_changes(CO_TRY(co_await read_object(call))));
  CO_TRY(co_await hub::set_namespace_quota(call.hub, owner, change));
  co_return co_await call.hub.pool.run([&]() -> Result<http::Reply> {
    return http::json_reply(200, to_json(TRY(recalculate_quota(owner, call))));
  });
}

Result<NamespaceQuotaReply> recalculate_quota(const hub::OrgAdmin& owner, Call& call) {
  return reply_of(TRY(hub::find_own_namespace_quota(call.hub, call.caller, owner.name())));
}

Result<PublicQuotaReply> show_public_quota(const hub::Anyone& caller, Call& call) {
  const auto quota =
      TRY(hub::find_namespace_quota(call.hub, caller.caller(), call.path.value("org")));
  PublicQuotaReply reply;
  reply.namespace_ = quota.name;
  reply.is_organization = quota.is_organization;
  reply.public_quota_bytes = quota.public_.quota;
  reply.public_used_bytes = quota.public_.used;
  reply.public_available_bytes = available(quota.public_.used, quota.public_.quota);
  reply.public_percentage_used = percentage(quota.public_.used, quota.public_.quota);
  reply.can_see_private = quota.is_member;
  if (!quota.is_member) return reply;
  reply.private_quota_bytes = quota.private_.quota;
  reply.private_used_bytes = quota.private_.used;
  reply.private_available_bytes = available(quota.private_.used, quota.private_.quota);
  reply.private_percentage_used = percentage(quota.private_.used, quota.private_.quota);
  reply.total_used_bytes = quota.total.used;
  return reply;
}

Result<NamespaceUseReply> list_use(const hub::SignedIn& caller, Call& call) {
  auto use = TRY(hub::list_namespace_use(call.hub, caller.caller(), call.path.value("org")));
  NamespaceUseReply reply{use.name, use.is_organization, use.repos.size(), {}};
  reply.repositories.reserve(use.repos.size());
  for (auto& repo : use.repos) {
    reply.repositories.push_back({std::move(repo.full_name), std::string(to_string(repo.type)),
                                  std::move(repo.name), repo.private_, repo.own, repo.used,
                                  percentage(repo.used, repo.effective), !repo.own,
                                  repo.created_at});
  }
  return reply;
}

Result<RepoQuotaReply> show_repo_quota(const hub::ReadableRepo& repo, Call& call) {
  return reply_of(repo.repo(), TRY(hub::find_repo_quota(call.hub, repo)));
}

Task<Result<http::Reply>> change_repo_quota(hub::WritableRepo repo, Call& call) {
  const auto change = CO_TRY(read_change(CO_TRY(co_await read_object(call)), "quota_bytes"));
  if (!change) co_return fail(Code::bad_request, "Give quota_bytes: a number of bytes, or null.");
  CO_TRY(co_await hub::set_repo_quota(call.hub, repo, *change));
  co_return co_await call.hub.pool.run([&]() -> Result<http::Reply> {
    return http::json_reply(200, to_json(TRY(show_repo_quota(repo, call))));
  });
}

Result<RepoQuotaReply> recalculate_repo_quota(const hub::WritableRepo& repo, Call& call) {
  return show_repo_quota(repo, call);
}

}  // namespace kohaku::api
