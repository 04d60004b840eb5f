#include "hub/storage_use.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "store/object_store.h"

namespace kohaku::hub {
namespace {

constexpr std::size_t page_size = 100;

// ?1 is the repository or the owner, by `where`; ?2 may be the visibility.
constexpr std::string_view objects_sum =
    "(SELECT COALESCE(SUM(o.size), 0) FROM large_object o WHERE o.sha256 IN "
    "(SELECT l.sha256 FROM object_link l WHERE l.repo_id {0}))";
constexpr std::string_view packs_sum =
    "(SELECT COALESCE(SUM(p.bytes), 0) FROM pack p WHERE p.repo_id {0})";

std::string sum_where(std::string_view where) {
  return fmt::format(fmt::runtime(objects_sum), where) + " + " +
         fmt::format(fmt::runtime(packs_sum), where);
}

Result<AccountId> find_member_namespace(db::Connection& connection, const SignedIn& caller,
                                        std::string_view name) {
  const auto row = TRY(connection.sql("SELECT id FROM account WHERE lookup_name = ?1")
                           .bind(normalize_name(name))
                           .first<AccountId>());
  if (!row) return fail(Code::not_found, fmt::format("'{}' was not found.", name.substr(0, 96)));
  const auto account = std::get<0>(*row);
  if (TRY(role_in(connection, caller.caller(), account)) < Role::visitor) {
    return fail(Code::forbidden, fmt::format("You do not belong to '{}'.", name));
  }
  return account;
}

Result<std::int64_t> parse_cursor(std::string_view text) {
  std::int64_t id = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, id);
  if (!text.empty() && (error != std::errc{} || stop != end)) {
    return fail(Code::bad_request, "The cursor is not one that this list gave.");
  }
  return id;
}

Result<StoragePage> read_page(db::Connection& connection, AccountId owner, std::int64_t after) {
  static const std::string sum =
      "SELECT " + sum_where("IN (SELECT id FROM repository WHERE owner_id = ?1)");
  static const std::string sql =
      fmt::format("SELECT r.id, r.type, a.name, r.name, r.updated_at, r.private, {} "
                  "FROM repository r JOIN account a ON a.id = r.owner_id "
                  "WHERE r.owner_id = ?1 AND r.id > ?2 ORDER BY r.id LIMIT ?3",
                  sum_where("= r.id"));
  StoragePage page;
  if (const auto total = TRY(connection.sql(sum).bind(owner).first<std::uint64_t>())) {
    page.namespace_bytes = std::get<0>(*total);
  }
  auto rows = connection.sql(sql).bind(owner, after, page_size + 1);
  while (TRY(rows.step())) {
    if (page.repos.size() == page_size) {
      page.next_cursor = std::to_string(page.repos.back().id.value);
      break;
    }
    page.repos.push_back({rows.get<RepoId>(0),
                          repo_type_from(rows.get<std::string>(1)).value_or(RepoType::model),
                          fmt::format("{}/{}", rows.get<std::string>(2), rows.get<std::string>(3)),
                          rows.get<Micros>(4), rows.get<bool>(5), rows.get<std::uint64_t>(6)});
  }
  return page;
}

}  // namespace

Result<std::uint64_t> used_bytes(db::Connection& connection, RepoId repo) {
  static const std::string sql = "SELECT " + sum_where("= ?1");
  const auto row = TRY(connection.sql(sql).bind(repo).first<std::uint64_t>());
  return row ? std::get<0>(*row) : 0;
}

Result<std::uint64_t> used_bytes(db::Connection& connection, const NamespacePart& part) {
  static const std::string sql =
      "SELECT " + sum_where("IN (SELECT id FROM repository WHERE owner_id = ?1 AND private = ?2)");
  const auto row = TRY(connection.sql(sql).bind(part.owner, part.private_).first<std::uint64_t>());
  return row ? std::get<0>(*row) : 0;
}

Result<bool> holds_object(db::Connection& connection, RepoId repo, const Sha256& object) {
  return TRY(store::ObjectStore::find(connection, repo, object)).has_value();
}

Result<bool> holds_object(db::Connection& connection, const NamespacePart& part,
                          const Sha256& object) {
  return TRY(connection
                 .sql("SELECT 1 FROM object_link l JOIN repository r ON r.id = l.repo_id "
                      "WHERE l.sha256 = ?3 AND r.owner_id = ?1 AND r.private = ?2 LIMIT 1")
                 .bind(part.owner, part.private_, object)
                 .first<std::int64_t>())
      .has_value();
}

Result<StoragePage> list_storage(Hub& hub, const SignedIn& caller, std::string_view name,
                                 std::string_view cursor) {
  const auto after = TRY(parse_cursor(cursor));
  return hub.database.read_now([&](db::Connection& connection) -> Result<StoragePage> {
    const auto owner = TRY(find_member_namespace(connection, caller, name));
    return read_page(connection, owner, after);
  });
}

}  // namespace kohaku::hub
