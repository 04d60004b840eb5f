// How many bytes repositories hold: distinct large objects at their logical size, plus git's packs
// (decision 28). What others hold of the same objects takes nothing off.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "hub/access.h"
#include "hub/hub.h"
#include "hub/repo.h"

namespace kohaku::hub {

Result<std::uint64_t> used_bytes(db::Connection& connection, RepoId repo);

// The public or the private repositories of a namespace, which are counted apart.
struct NamespacePart {
  AccountId owner;
  bool private_ = false;
};
Result<std::uint64_t> used_bytes(db::Connection& connection, const NamespacePart& part);

// Whether the object is among what they hold.
Result<bool> holds_object(db::Connection& connection, RepoId repo, const Sha256& object);
Result<bool> holds_object(db::Connection& connection, const NamespacePart& part,
                          const Sha256& object);

struct StoredRepo {
  RepoId id;
  RepoType type = RepoType::model;
  std::string full_name;
  Micros updated_at;
  bool private_ = false;
  std::uint64_t bytes = 0;
};

struct StoragePage {
  std::vector<StoredRepo> repos;
  std::uint64_t namespace_bytes = 0;  // all repositories of the namespace
  std::string next_cursor;            // "" on the last page
};

// The repositories of a user's own namespace or of an organization they belong to, oldest first.
// not_found for a missing namespace, forbidden for one of others, bad_request for a bad cursor.
Result<StoragePage> list_storage(Hub& hub, const SignedIn& caller, std::string_view name,
                                 std::string_view cursor);

}  // namespace kohaku::hub
