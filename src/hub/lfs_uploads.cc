#include "hub/lfs_uploads.h"

#include <algorithm>
#include <utility>

#include "base/hash.h"
#include "hub/access.h"
#include "store/object_store.h"

namespace kohaku::hub {
namespace {

constexpr std::size_t id_symbols = 24;

std::uint64_t divide_up(std::uint64_t a, std::uint64_t b) { return a / b + (a % b != 0 ? 1 : 0); }

// This user's unfinished upload of the same object in the same manner, if its link still lives.
Result<std::optional<Upload>> find_own(db::Connection& connection, const Upload& wanted,
                                       Micros now) {
  auto found = TRY(connection
                       .sql("SELECT id, part_size FROM upload WHERE repo_id = ?1 AND sha256 = ?2"
                            " AND user_id = ?3 AND size = ?4 AND expires_at > ?5"
                            " AND (part_size IS NULL) = ?6 ORDER BY created_at LIMIT 1")
                       .bind(wanted.repo, wanted.sha256, wanted.user, wanted.size, now,
                             !wanted.part_size.has_value())
                       .first<std::string, std::optional<std::uint64_t>>());
  if (!found) return std::nullopt;
  auto upload = wanted;
  std::tie(upload.id, upload.part_size) = std::move(*found);
  return upload;
}

Result<> insert(db::Connection& connection, const Upload& upload, Micros now) {
  TRY(connection
          .sql("INSERT INTO upload (id, repo_id, user_id, sha256, size, part_size, created_at,"
               " expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
          .bind(upload.id, upload.repo, upload.user, upload.sha256, upload.size, upload.part_size,
                now, upload.expires_at)
          .run());
  return {};
}

}  // namespace

std::int64_t Upload::part_count() const {
  return static_cast<std::int64_t>(part_size ? divide_up(size, *part_size) : 1);
}

std::uint64_t Upload::part_offset(std::int64_t number) const {
  return static_cast<std::uint64_t>(number - 1) * part_size.value_or(size);
}

std::uint64_t Upload::part_bytes(std::int64_t number) const {
  return std::min(part_size.value_or(size), size - part_offset(number));
}

std::uint64_t choose_part_size(std::uint64_t object_size, std::uint64_t batch_size,
                               std::uint64_t usual) {
  // Each object may have one part more than its share: a batch has at most 1,000 of them.
  constexpr std::uint64_t most_in_batch = most_parts_in_batch - 1000;
  return std::max({usual, divide_up(object_size, most_upload_parts),
                   divide_up(batch_size, most_in_batch), std::uint64_t{1}});
}

Result<UploadOffer> offer_upload(db::Connection& connection, RepoId repo, AccountId user,
                                 const LfsObject& object, std::optional<std::uint64_t> part_size,
                                 Micros now) {
  const auto until = now.plus_seconds(upload_lifetime_seconds);
  UploadOffer offer;
  if (const auto known = TRY(store::ObjectStore::find(connection, repo, object.oid))) {
    offer.kind =
        known->size == object.size ? UploadOffer::Kind::present : UploadOffer::Kind::other_size;
    offer.known_size = known->size;
    TRY(store::ObjectStore::renew(connection, repo, object.oid, until));
    return offer;
  }
  offer.upload = {random_text(id_symbols), repo, user, object.oid, object.size, part_size, until};
  if (auto own = TRY(find_own(connection, offer.upload, now))) {
    offer.upload = std::move(*own);
    TRY(connection.sql("UPDATE upload SET expires_at = ?1 WHERE id = ?2")
            .bind(until, offer.upload.id)
            .run());
  } else {
    TRY(insert(connection, offer.upload, now));
  }
  return offer;
}

Result<std::optional<Upload>> find_upload(db::Connection& connection, std::string_view id) {
  auto row = TRY(
      connection
          .sql("SELECT repo_id, user_id, sha256, size, part_size, expires_at FROM upload"
               " WHERE id = ?1")
          .bind(id)
          .first<RepoId, AccountId, Sha256, std::uint64_t, std::optional<std::uint64_t>, Micros>());
  if (!row) return std::nullopt;
  Upload upload;
  upload.id = id;
  std::tie(upload.repo, upload.user, upload.sha256, upload.size, upload.part_size,
           upload.expires_at) = *row;
  return upload;
}

Result<std::vector<UploadedPart>> uploaded_parts(db::Connection& connection, const Upload& upload) {
  const auto rows = TRY(
      connection.sql("SELECT number, etag FROM upload_part WHERE upload_id = ?1 ORDER BY number")
          .bind(upload.id)
          .all<std::int64_t, std::string>());
  std::vector<UploadedPart> parts;
  parts.reserve(rows.size());
  for (const auto& [number, etag] : rows) parts.push_back({number, etag});
  return parts;
}

Result<> record_part(db::Connection& connection, const Upload& upload, std::int64_t number,
                     std::string_view etag) {
  if (!TRY(find_upload(connection, upload.id))) {
    return fail(Code::conflict, "This upload was completed or given up.");
  }
  TRY(connection
          .sql("INSERT INTO upload_part (upload_id, number, size, etag) VALUES (?1, ?2, ?3, ?4)"
               " ON CONFLICT (upload_id, number) DO UPDATE SET size = excluded.size,"
               " etag = excluded.etag")
          .bind(upload.id, number, upload.part_bytes(number), etag)
          .run());
  return {};
}

Result<> forget_part(db::Connection& connection, const Upload& upload, std::int64_t number) {
  TRY(connection.sql("DELETE FROM upload_part WHERE upload_id = ?1 AND number = ?2")
          .bind(upload.id, number)
          .run());
  return {};
}

Result<> forget_parts(db::Connection& connection, const Upload& upload) {
  TRY(connection.sql("DELETE FROM upload_part WHERE upload_id = ?1").bind(upload.id).run());
  return {};
}

Result<> finish_upload(db::Connection& connection, const Upload& upload) {
  const auto repo = TRY(find_repo_by_id(connection, upload.repo));
  if (!repo || !TRY(may_write(connection, upload.user, *repo))) {
    return fail(Code::repo_not_found, "The repository of this link was not found.");
  }
  const auto removed =
      TRY(connection.sql("DELETE FROM upload WHERE id = ?1").bind(upload.id).run());
  if (removed == 0 && !TRY(store::ObjectStore::find(connection, upload.repo, upload.sha256))) {
    return fail(Code::conflict, "This upload was completed or given up.");
  }
  return {};
}

}  // namespace kohaku::hub
