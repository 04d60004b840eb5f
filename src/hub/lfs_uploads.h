// Uploads promised by an LFS batch: who may bring which bytes into which repository, until when.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/result.h"
#include "db/connection.h"

namespace kohaku::hub {

// How long an upload link, and an object that no commit names, lives (decision 34).
inline constexpr std::int64_t upload_lifetime_seconds = std::int64_t{7} * 24 * 3600;
// The largest object, and into how many parts it may be cut.
inline constexpr std::uint64_t most_object_bytes = std::uint64_t{5} << 40U;
inline constexpr std::uint64_t most_upload_parts = 10'000;

struct LfsObject {
  Sha256 oid;
  std::uint64_t size = 0;
};

struct Upload {
  std::string id;
  RepoId repo;
  AccountId user;
  Sha256 sha256;
  std::uint64_t size = 0;
  std::optional<std::uint64_t> part_size;  // empty: in one piece
  Micros expires_at;

  std::int64_t part_count() const;
  std::uint64_t part_offset(std::int64_t number) const;  // parts are numbered from 1
  std::uint64_t part_bytes(std::int64_t number) const;
};

// How many part links one answer may hold: some 250 bytes each.
inline constexpr std::int64_t most_parts_in_batch = 40'000;

// The size of each part but the last: `usual`, unless an object of `object_size` would then have
// more than most_upload_parts, or all objects of its batch (`batch_size` bytes together) too many.
std::uint64_t choose_part_size(std::uint64_t object_size, std::uint64_t batch_size,
                               std::uint64_t usual);

// What a repository answers to "may I bring this object?".
struct UploadOffer {
  enum class Kind { present, wanted, other_size };
  Kind kind = Kind::wanted;
  Upload upload;                 // when wanted
  std::uint64_t known_size = 0;  // when other_size
};

// Present when this very repository holds the object (its life is prolonged), whatever others hold
// (decision 15). Else makes an upload, or renews this user's own, keeping its id and its parts, so
// that a broken upload resumes. `part_size`: empty for an upload in one piece. Inside a write.
Result<UploadOffer> offer_upload(db::Connection& connection, RepoId repo, AccountId user,
                                 const LfsObject& object, std::optional<std::uint64_t> part_size,
                                 Micros now);

Result<std::optional<Upload>> find_upload(db::Connection& connection, std::string_view id);

struct UploadedPart {
  std::int64_t number = 0;
  std::string etag;
};
Result<std::vector<UploadedPart>> uploaded_parts(db::Connection& connection, const Upload& upload);
// conflict when the upload is gone.
Result<> record_part(db::Connection& connection, const Upload& upload, std::int64_t number,
                     std::string_view etag);
Result<> forget_part(db::Connection& connection, const Upload& upload, std::int64_t number);
Result<> forget_parts(db::Connection& connection, const Upload& upload);

// Ends an upload in the transaction that publishes its object. The user must still be allowed to
// write (repo_not_found); conflict when another request ended it otherwise than by publishing.
Result<> finish_upload(db::Connection& connection, const Upload& upload);

}  // namespace kohaku::hub
