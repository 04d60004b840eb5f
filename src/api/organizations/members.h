// Who belongs to an organization. Its member list is public.
//
//   GET    /org/{org}/members                  {"members":[{user, role}]}
//   POST   /org/{org}/members                  {username, role?}
//   PUT    /org/{org}/members/{username}       {role}
//   DELETE /org/{org}/members/{username}       remove somebody, or leave
//   GET    /api/organizations/{org}/members    as Hugging Face clients read it, in pages
// The first four also with /api before them.
#pragma once

#include <vector>

#include "api/call.h"
#include "api/endpoint.h"
#include "hub/access.h"

namespace kohaku::api {

struct MemberReply {
  std::string user;
  std::string role;
};
BOOST_DESCRIBE_STRUCT(MemberReply, (), (user, role))

struct MembersReply {
  std::vector<MemberReply> members;
};
BOOST_DESCRIBE_STRUCT(MembersReply, (), (members))

struct MemberOverview {
  std::string type = "user";
  std::string user;
  std::string fullname;
  std::string avatarUrl;
  bool isPro = false;
  std::string role;
};
BOOST_DESCRIBE_STRUCT(MemberOverview, (), (type, user, fullname, avatarUrl, isPro, role))

struct AddMemberRequest {
  std::string username;
  std::optional<std::string> role;  // member when it is not given
};
BOOST_DESCRIBE_STRUCT(AddMemberRequest, (), (username, role))

struct ChangeRoleRequest {
  std::string role;
};
BOOST_DESCRIBE_STRUCT(ChangeRoleRequest, (), (role))

struct MemberChanged {
  bool success = true;
  std::string message;
};
BOOST_DESCRIBE_STRUCT(MemberChanged, (), (success, message))

Result<MembersReply> members(const hub::Anyone& anyone, Call& call);
Result<http::Reply> member_overviews(const hub::Anyone& anyone, Call& call);
Result<MemberChanged> add_member(const hub::OrgAdmin& admin, hub::Hub& hub,
                                 const Body<AddMemberRequest>& body);
Result<MemberChanged> change_role(const hub::OrgAdmin& admin, Call& call,
                                  const Body<ChangeRoleRequest>& body);
Result<MemberChanged> remove_member(const hub::SignedInWriter& user, Call& call);

}  // namespace kohaku::api
