#include "hub/quota.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <tuple>
#include <unordered_set>

#include "hub/accounts.h"
#include "hub/storage_use.h"

namespace kohaku::hub {
namespace {

using Bytes64 = std::optional<std::uint64_t>;
using Column = std::optional<std::int64_t>;  // as account and repository have it

constexpr std::int64_t no_limit = -1;
constexpr auto most_bytes = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

Bytes64 lower(Bytes64 a, Bytes64 b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

Bytes64 server_default(const Config& config, bool is_organization, bool private_) {
  const auto bytes = is_organization
                         ? private_ ? config.org_private_quota_bytes : config.org_public_quota_bytes
                     : private_ ? config.user_private_quota_bytes
                                : config.user_public_quota_bytes;
  return bytes == 0 ? std::nullopt : Bytes64(bytes);
}

Bytes64 from_column(Column column) {
  return column ? Bytes64(static_cast<std::uint64_t>(*column)) : std::nullopt;
}

Column to_column(Bytes64 bytes) {
  return bytes ? Column(static_cast<std::int64_t>(std::min(*bytes, most_bytes))) : std::nullopt;
}

// What was granted to a namespace, and what its owner set.
struct Granted {
  bool is_organization = false;
  std::array<Column, 2> limits;  // public, private
  std::array<Column, 2> own;
  Column own_total;

  Bytes64 site_limit(const Config& config, bool private_) const {
    const auto limit = limits.at(private_ ? 1 : 0);
    if (limit == no_limit) return std::nullopt;
    return limit ? from_column(limit) : server_default(config, is_organization, private_);
  }
  Bytes64 quota(const Config& config, bool private_) const {
    return lower(site_limit(config, private_), from_column(own.at(private_ ? 1 : 0)));
  }
  static Bytes64 sum(Bytes64 a, Bytes64 b) {
    if (!a || !b) return std::nullopt;
    return std::min(most_bytes, *a + *b);
  }
  Bytes64 total_limit(const Config& config) const {
    return sum(site_limit(config, false), site_limit(config, true));
  }
  Bytes64 total_quota(const Config& config) const {
    return lower(sum(quota(config, false), quota(config, true)), from_column(own_total));
  }
};

Result<Granted> read_granted(db::Connection& connection, AccountId owner) {
  auto row = TRY(connection
                     .sql("SELECT kind, public_quota_limit, private_quota_limit, "
                          "public_quota_bytes, private_quota_bytes, quota_bytes "
                          "FROM account WHERE id = ?1")
                     .bind(owner)
                     .first<std::string, Column, Column, Column, Column, Column>());
  if (!row) return fail(Code::not_found, "The namespace was not found.");
  const auto& [kind, public_limit, private_limit, public_own, private_own, total] = *row;
  return Granted{kind == "org", {public_limit, private_limit}, {public_own, private_own}, total};
}

Result<Column> read_repo_quota(db::Connection& connection, RepoId repo) {
  const auto row = TRY(connection.sql("SELECT quota_bytes FROM repository WHERE id = ?1")
                           .bind(repo)
                           .first<Column>());
  return row ? std::get<0>(*row) : std::nullopt;
}

// Those that `holds` does not have, each counted once.
template <class Holds>
Result<std::uint64_t> new_bytes(std::span<const ArrivingObject> arriving, Holds holds) {
  std::uint64_t total = 0;
  std::unordered_set<Sha256> counted;
  for (const auto& [sha256, size] : arriving) {
    if (sha256 && (!counted.insert(*sha256).second || TRY(holds(*sha256)))) continue;
    if (__builtin_add_overflow(total, size, &total)) return most_bytes;
  }
  return total;
}

std::string refusal(std::string_view holder, std::uint64_t quota, std::uint64_t used,
                    std::uint64_t more) {
  if (more == 0)
    return fmt::format("{} may hold {} bytes, and this makes {}.", holder, quota, used);
  return fmt::format("{} may hold {} bytes. {} are used, and {} more were to come.", holder, quota,
                     used, more);
}

Result<> require_room(Bytes64 quota, std::uint64_t used, std::uint64_t more,
                      std::string_view holder) {
  if (!quota || (used <= *quota && more <= *quota - used)) return {};
  return fail(Code::quota_exceeded, refusal(holder, *quota, used, more));
}

}  // namespace

Result<> check_quota(db::Connection& connection, const Config& config, RepoId id,
                     std::span<const ArrivingObject> arriving) {
  const auto repo = TRY(find_repo_by_id(connection, id));
  if (!repo) return fail(Code::repo_not_found, "The repository was not found.");
  if (const auto own = from_column(TRY(read_repo_quota(connection, id)))) {
    const auto more = TRY(new_bytes(
        arriving, [&](const Sha256& object) { return holds_object(connection, id, object); }));
    TRY(require_room(own, TRY(used_bytes(connection, id)), more, repo->full_name()));
  }
  const auto granted = TRY(read_granted(connection, repo->owner_id));
  const auto quota = granted.quota(config, repo->private_);
  const auto total = from_column(granted.own_total);
  if (!quota && !total) return {};
  const NamespacePart part{repo->owner_id, repo->private_};
  const auto more = TRY(new_bytes(
      arriving, [&](const Sha256& object) { return holds_object(connection, part, object); }));
  const auto used = TRY(used_bytes(connection, part));
  const std::string_view word = repo->private_ ? "private" : "public";
  TRY(require_room(quota, used, more, fmt::format("The {} repositories of {}", word, repo->owner)));
  if (!total) return {};
  const auto others = TRY(used_bytes(connection, {repo->owner_id, !repo->private_}));
  return require_room(total, used + others, more, repo->owner);
}

namespace {

Result<NamespaceQuota> read_namespace(db::Connection& connection, const Config& config,
                                      std::string_view name) {
  const auto account = TRY(find_account(connection, name));
  if (!account)
    return fail(Code::not_found, fmt::format("'{}' was not found.", name.substr(0, 96)));
  NamespaceQuota quota;
  quota.id = account->id;
  quota.name = account->name;
  quota.is_organization = account->kind == AccountKind::org;
  const auto granted = TRY(read_granted(connection, account->id));
  quota.public_ = {granted.quota(config, false), TRY(used_bytes(connection, {account->id, false}))};
  quota.private_ = {granted.quota(config, true), TRY(used_bytes(connection, {account->id, true}))};
  quota.total = {granted.total_quota(config), quota.public_.used + quota.private_.used};
  return quota;
}

// What a stranger may not know is not there.
Result<NamespaceQuota> read_namespace_for(db::Connection& connection, const Config& config,
                                          const Caller& caller, std::string_view name) {
  auto quota = TRY(read_namespace(connection, config, name));
  quota.is_member = TRY(role_in(connection, caller, quota.id)) >= Role::visitor;
  if (!quota.is_member) quota.private_ = quota.total = {};
  return quota;
}

Result<NamespaceQuota> read_own_namespace(db::Connection& connection, const Config& config,
                                          const Caller& caller, std::string_view name) {
  auto quota = TRY(read_namespace_for(connection, config, caller, name));
  if (quota.is_member) return quota;
  return fail(Code::forbidden, fmt::format("You do not belong to '{}'.", quota.name));
}

}  // namespace

Result<NamespaceQuota> find_namespace_quota(Hub& hub, const Caller& caller, std::string_view name) {
  return hub.database.read_now([&](db::Connection& connection) {
    return read_namespace_for(connection, hub.config, caller, name);
  });
}

Result<NamespaceQuota> find_own_namespace_quota(Hub& hub, const Caller& caller,
                                                std::string_view name) {
  return hub.database.read_now([&](db::Connection& connection) {
    return read_own_namespace(connection, hub.config, caller, name);
  });
}

Result<RepoLimits> find_repo_limits(db::Connection& connection, const Config& config, RepoId id) {
  const auto repo = TRY(find_repo_by_id(connection, id));
  if (!repo) return fail(Code::repo_not_found, "The repository was not found.");
  const auto granted = TRY(read_granted(connection, repo->owner_id));
  RepoLimits limits;
  limits.own = from_column(TRY(read_repo_quota(connection, id)));
  limits.namespace_ = lower(granted.quota(config, repo->private_), granted.total_quota(config));
  limits.effective = lower(limits.own, limits.namespace_);
  return limits;
}

Result<RepoQuota> find_repo_quota(Hub& hub, const ReadableRepo& readable) {
  const auto& repo = readable.repo();
  return hub.database.read_now([&](db::Connection& connection) -> Result<RepoQuota> {
    RepoQuota quota;
    quota.limits = TRY(find_repo_limits(connection, hub.config, repo.id));
    quota.used = TRY(used_bytes(connection, repo.id));
    quota.is_member = TRY(role_in(connection, readable.caller(), repo.owner_id)) >= Role::visitor;
    if (!quota.is_member) return quota;
    quota.namespace_used = TRY(used_bytes(connection, {repo.owner_id, repo.private_}));
    return quota;
  });
}

Result<NamespaceUse> list_namespace_use(Hub& hub, const Caller& caller, std::string_view name) {
  return hub.database.read_now([&](db::Connection& connection) -> Result<NamespaceUse> {
    const auto quota = TRY(read_own_namespace(connection, hub.config, caller, name));
    NamespaceUse use{quota.name, quota.is_organization, {}};
    auto rows = connection
                    .sql("SELECT id, type, name, private, quota_bytes, created_at FROM repository "
                         "WHERE owner_id = ?1")
                    .bind(quota.id);
    while (TRY(rows.step())) {
      RepoUse repo;
      repo.type = repo_type_from(rows.get<std::string>(1)).value_or(RepoType::model);
      repo.name = rows.get<std::string>(2);
      repo.full_name = fmt::format("{}/{}", quota.name, repo.name);
      repo.private_ = rows.get<bool>(3);
      repo.own = from_column(rows.get<Column>(4));
      repo.effective = lower(repo.own, (repo.private_ ? quota.private_ : quota.public_).quota);
      repo.created_at = rows.get<Micros>(5);
      repo.used = TRY(used_bytes(connection, rows.get<RepoId>(0)));
      use.repos.push_back(std::move(repo));
    }
    std::ranges::sort(use.repos, [](const RepoUse& a, const RepoUse& b) {
      return std::tie(b.used, a.full_name, a.type) < std::tie(a.used, b.full_name, b.type);
    });
    return use;
  });
}

namespace {

// `limit` is the most that the owner may set.
Result<> set_owner_quota(db::Connection& connection, AccountId owner, std::string_view column,
                         Bytes64 limit, const QuotaChange& change) {
  if (!change) return {};
  if (*change && limit && **change > *limit) {
    return fail(Code::bad_request,
                fmt::format("{} may be {} at most: the site grants no more.", column, *limit));
  }
  TRY(connection.sql(fmt::format("UPDATE account SET {} = ?2 WHERE id = ?1", column))
          .bind(owner, to_column(*change))
          .run());
  return {};
}

Result<> set_limit(db::Connection& connection, AccountId owner, bool private_,
                   const QuotaLimit& limit) {
  Column column;
  if (limit.kind == QuotaLimit::Kind::none) column = no_limit;
  if (limit.kind == QuotaLimit::Kind::bytes) column = to_column(limit.bytes);
  TRY(connection
          .sql(fmt::format("UPDATE account SET {}_quota_limit = ?2 WHERE id = ?1",
                           private_ ? "private" : "public"))
          .bind(owner, column)
          .run());
  return {};
}

}  // namespace

Task<Result<>> set_namespace_quota(Hub& hub, const OrgAdmin& owner, NamespaceQuotaChange change) {
  const auto id = owner.id();
  co_return co_await hub.database.write([&, id](db::Connection& connection) -> Result<> {
    const auto granted = TRY(read_granted(connection, id));
    TRY(set_owner_quota(connection, id, "quota_bytes", granted.total_limit(hub.config),
                        change.total));
    TRY(set_owner_quota(connection, id, "public_quota_bytes", granted.site_limit(hub.config, false),
                        change.public_));
    return set_owner_quota(connection, id, "private_quota_bytes",
                           granted.site_limit(hub.config, true), change.private_);
  });
}

Task<Result<>> set_repo_quota(Hub& hub, const WritableRepo& repo,
                              std::optional<std::uint64_t> quota) {
  const auto id = repo.repo().id;
  co_return co_await hub.database.write([&, id](db::Connection& connection) -> Result<> {
    const auto most = TRY(find_repo_limits(connection, hub.config, id)).namespace_;
    if (quota && most && *quota > *most) {
      return fail(Code::bad_request, fmt::format("Its namespace has a quota of {} bytes.", *most));
    }
    TRY(connection.sql("UPDATE repository SET quota_bytes = ?2 WHERE id = ?1")
            .bind(id, to_column(quota))
            .run());
    return {};
  });
}

Result<QuotaLimit> parse_quota_limit(std::string_view text) {
  if (text == "default") return QuotaLimit{};
  if (text == "unlimited") return QuotaLimit{QuotaLimit::Kind::none, 0};
  QuotaLimit limit{QuotaLimit::Kind::bytes, 0};
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, limit.bytes);
  if (error == std::errc{} && stop == end && limit.bytes <= most_bytes) return limit;
  return fail(Code::bad_request, "A limit is a number of bytes, 'unlimited' or 'default'.");
}

Result<> set_quota_limits(Hub& hub, std::string_view name, const std::optional<QuotaLimit>& public_,
                          const std::optional<QuotaLimit>& private_) {
  return hub.database.write_now([&](db::Connection& connection) -> Result<> {
    const auto account = TRY(find_account(connection, name));
    if (!account) return fail(Code::not_found, fmt::format("There is no '{}'.", name));
    if (public_) TRY(set_limit(connection, account->id, false, *public_));
    if (private_) TRY(set_limit(connection, account->id, true, *private_));
    return {};
  });
}

namespace {

std::string line_of(std::string_view word, const QuotaUse& use) {
  const auto quota = use.quota ? fmt::format("{} bytes", *use.quota) : std::string("no limit");
  return fmt::format("{:<8}  {} bytes used of {}\n", word, use.used, quota);
}

}  // namespace

Result<std::string> tell_quota(Hub& hub, std::string_view name) {
  const auto quota = TRY(hub.database.read_now(
      [&](db::Connection& connection) { return read_namespace(connection, hub.config, name); }));
  return line_of("public", quota.public_) + line_of("private", quota.private_) +
         line_of("together", quota.total);
}

}  // namespace kohaku::hub
