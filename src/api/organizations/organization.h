// Organizations.
//
//   POST /org/create                          {name, description?}
//   GET  /org/{org}
//   GET  /org/users/{user}/orgs               the organizations of a user
//   GET  /api/organizations/{org}/overview    as Hugging Face clients read it
//   GET  /api/organizations/{org}/followers   nobody follows anybody here yet
// The first three also with /api before them.
#pragma once

#include <vector>

#include "api/call.h"
#include "api/endpoint.h"
#include "api/users/profile.h"
#include "hub/access.h"

namespace kohaku::api {

struct CreateOrganizationRequest {
  std::string name;
  std::optional<std::string> description;
};
BOOST_DESCRIBE_STRUCT(CreateOrganizationRequest, (), (name, description))

struct CreateOrganizationReply {
  bool success = true;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(CreateOrganizationReply, (), (success, name))

struct RepoCountReply {
  std::int64_t model = 0;
  std::int64_t dataset = 0;
  std::int64_t space = 0;
  std::int64_t total = 0;
};
BOOST_DESCRIBE_STRUCT(RepoCountReply, (), (model, dataset, space, total))

struct OrganizationReply {
  std::string name;
  std::string description;
  Micros created_at;
  RepoCountReply repo_count;
};
BOOST_DESCRIBE_STRUCT(OrganizationReply, (), (name, description, created_at, repo_count))

struct OrganizationOfUser {
  std::string name;
  std::string description;
  std::string role;
};
BOOST_DESCRIBE_STRUCT(OrganizationOfUser, (), (name, description, role))

struct OrganizationsOfUser {
  std::vector<OrganizationOfUser> organizations;
};
BOOST_DESCRIBE_STRUCT(OrganizationsOfUser, (), (organizations))

struct OrganizationOverview {
  std::string name;
  std::string fullname;
  std::string avatarUrl;
  std::string details;
  bool isVerified = false;
  bool isFollowing = false;
  std::int64_t numUsers = 0;
  std::int64_t numModels = 0;
  std::int64_t numDatasets = 0;
  std::int64_t numSpaces = 0;
  std::int64_t numPapers = 0;
  std::int64_t numFollowers = 0;
  Micros createdAt;
};
BOOST_DESCRIBE_STRUCT(OrganizationOverview, (),
                      (name, fullname, avatarUrl, details, isVerified, isFollowing, numUsers,
                       numModels, numDatasets, numSpaces, numPapers, numFollowers, createdAt))

// 400 for a name that cannot be had.
Result<CreateOrganizationReply> create_organization(const hub::SignedInWriter& user, hub::Hub& hub,
                                                    const Body<CreateOrganizationRequest>& body);
Result<OrganizationReply> organization(const hub::Anyone& anyone, Call& call);
Result<OrganizationsOfUser> organizations_of_user(const hub::Anyone& anyone, Call& call);
Result<OrganizationOverview> organization_overview(const hub::Anyone& anyone, Call& call);
Result<std::vector<Follower>> organization_followers(const hub::Anyone& anyone, Call& call);

}  // namespace kohaku::api
