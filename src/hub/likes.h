// Likes: who likes which repository. A repository's count is the number of its likes at every moment.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/result.h"
#include "base/task.h"
#include "db/connection.h"
#include "hub/access.h"
#include "hub/hub.h"

namespace kohaku::hub {

// The likes that the repository has afterwards. Liking twice is liking once, and unliking what one
// does not like changes nothing. repo_not_found when it went out of the user's sight meanwhile.
Task<Result<std::int64_t>> like(Hub& hub, SignedInWriter user, ReadableRepo repo);
Task<Result<std::int64_t>> unlike(Hub& hub, SignedInWriter user, ReadableRepo repo);

// False for an anonymous caller.
Result<bool> has_liked(db::Connection& connection, const Caller& caller, RepoId repo);

struct Liker {
  std::string name;
  std::string full_name;
};
struct LikerPage {
  std::vector<Liker> likers;
  std::int64_t total = 0;   // on all pages
  std::string next_cursor;  // "" on the last page
};
// Newest first. bad_request for a bad cursor.
Result<LikerPage> list_likers(db::Connection& connection, RepoId repo, std::size_t limit,
                              std::string_view cursor);

struct LikedRepo {
  RepoType type = RepoType::model;
  std::string full_name;
  Micros liked_at;
};
struct LikedPage {
  std::vector<LikedRepo> repos;
  std::int64_t total = 0;
  std::string next_cursor;
};
// What a user likes, as far as the caller may know of it: the rest is neither listed nor counted.
// Newest first.
Result<LikedPage> list_liked(db::Connection& connection, const Caller& caller, AccountId user,
                             std::size_t limit, std::string_view cursor);

// Takes back every like of a user, counts included; within the transaction that removes them.
Result<> remove_likes_of(db::Connection& connection, AccountId user);

}  // namespace kohaku::hub
