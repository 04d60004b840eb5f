#include "hub/xorb_rights.h"

#include <string>

namespace kohaku::hub {
namespace {

Result<bool> is_linked(db::Connection& connection, AccountId user, const xet::Hash& xorb) {
  static const std::string sql =
      "SELECT 1 FROM object_xorb AS x JOIN object_link AS l ON l.sha256 = x.sha256"
      " JOIN repository AS r ON r.id = l.repo_id WHERE x.xorb_hash = ?1 AND " +
      std::string(readable_repository) + " LIMIT 1";
  return TRY(connection.sql(sql).bind(xorb, user).first<int>()).has_value();
}

}  // namespace

Result<> register_xorb(db::Connection& connection, const XetScope& scope, const xet::Hash& xorb,
                       Micros keep_until) {
  if (scope.is_anonymous()) return {};
  TRY(connection
          .sql("INSERT INTO xorb_registration (namespace_id, user_id, xorb_hash, keep_until)"
               " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (namespace_id, user_id, xorb_hash)"
               " DO UPDATE SET keep_until = CASE"
               " WHEN excluded.keep_until > xorb_registration.keep_until"
               " THEN excluded.keep_until ELSE xorb_registration.keep_until END")
          .bind(scope.namespace_id, scope.user_id, xorb, keep_until)
          .run());
  return {};
}

Result<bool> is_registered(db::Connection& connection, const XetScope& scope,
                           const xet::Hash& xorb) {
  return TRY(connection
                 .sql("SELECT 1 FROM xorb_registration WHERE namespace_id = ?1 AND user_id = ?2"
                      " AND xorb_hash = ?3")
                 .bind(scope.namespace_id, scope.user_id, xorb)
                 .first<int>())
      .has_value();
}

Result<bool> may_name(db::Connection& connection, const XetReader& reader, const xet::Hash& xorb) {
  if (TRY(is_registered(connection, reader.scope(), xorb))) return true;
  return is_linked(connection, reader.user_id(), xorb);
}

}  // namespace kohaku::hub
