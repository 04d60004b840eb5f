// What anybody may know of a user.
//
//   GET /api/users/{user}/overview                 as Hugging Face clients read it
//   GET /api/users/{user}/type                     user or organization
//   GET /api/users/{user}/repos                    also of an organization; ?limit&sort=recent|likes|downloads
//   GET /api/users/{user}/{followers,following}    nobody follows anybody here yet
#pragma once

#include <vector>

#include "api/call.h"
#include "api/endpoint.h"
#include "hub/access.h"

namespace kohaku::api {

struct OrgOfUser {
  std::string name;
  std::string fullname;
  std::string avatarUrl;
};
BOOST_DESCRIBE_STRUCT(OrgOfUser, (), (name, fullname, avatarUrl))

struct UserOverview {
  std::string type = "user";
  std::string user;
  std::string fullname;
  std::string avatarUrl;
  std::string details;
  bool isPro = false;
  std::int64_t numModels = 0;
  std::int64_t numDatasets = 0;
  std::int64_t numSpaces = 0;
  std::int64_t numDiscussions = 0;
  std::int64_t numPapers = 0;
  std::int64_t numUpvotes = 0;
  std::int64_t numLikes = 0;
  std::int64_t numFollowers = 0;
  std::int64_t numFollowing = 0;
  bool isFollowing = false;
  std::vector<OrgOfUser> orgs;
  Micros createdAt;
};
BOOST_DESCRIBE_STRUCT(UserOverview, (),
                      (type, user, fullname, avatarUrl, details, isPro, numModels, numDatasets,
                       numSpaces, numDiscussions, numPapers, numUpvotes, numLikes, numFollowers,
                       numFollowing, isFollowing, orgs, createdAt))

struct AccountType {
  std::string type;
};
BOOST_DESCRIBE_STRUCT(AccountType, (), (type))

struct ProfileRepoReply {
  std::string id;
  std::string author;
  bool private_ = false;
  std::optional<std::string> sha;
  Micros lastModified;
  Micros createdAt;
  std::int64_t downloads = 0;
  std::int64_t likes = 0;
  boost::json::value gated;  // false, "auto", "manual"
  std::vector<std::string> tags;
};
BOOST_DESCRIBE_STRUCT(ProfileRepoReply, (),
                      (id, author, private_, sha, lastModified, createdAt, downloads, likes, gated,
                       tags))

struct ProfileRepos {
  std::vector<ProfileRepoReply> models;
  std::vector<ProfileRepoReply> datasets;
  std::vector<ProfileRepoReply> spaces;
};
BOOST_DESCRIBE_STRUCT(ProfileRepos, (), (models, datasets, spaces))

struct Follower {
  std::string user;
  std::string fullname;
  std::string avatarUrl;
};
BOOST_DESCRIBE_STRUCT(Follower, (), (user, fullname, avatarUrl))

Result<UserOverview> user_overview(const hub::Anyone& anyone, Call& call);
Result<AccountType> account_type(const hub::Anyone& anyone, Call& call);
Result<ProfileRepos> account_repos(const hub::Anyone& anyone, Call& call);
Result<std::vector<Follower>> user_followers(const hub::Anyone& anyone, Call& call);

}  // namespace kohaku::api
