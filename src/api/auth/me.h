// Who am I?
//
//   GET /api/auth/me       our own shape
//   GET /api/whoami-v2     as Hugging Face clients read it
#pragma once

#include <vector>

#include "api/call.h"
#include "api/endpoint.h"
#include "hub/access.h"

namespace kohaku::api {

struct MeReply {
  AccountId id;
  std::string username;
  std::optional<std::string> email;
  bool email_verified = false;
  Micros created_at;
};
BOOST_DESCRIBE_STRUCT(MeReply, (), (id, username, email, email_verified, created_at))

struct WhoAmIOrg {
  std::string type = "org";
  std::string id;
  std::string name;
  std::string fullname;
  bool canPay = false;
  std::string avatarUrl;
  std::string roleInOrg;
};
BOOST_DESCRIBE_STRUCT(WhoAmIOrg, (), (type, id, name, fullname, canPay, avatarUrl, roleInOrg))

struct AccessTokenReply {
  std::string displayName;
  std::string role;
};
BOOST_DESCRIBE_STRUCT(AccessTokenReply, (), (displayName, role))

struct AuthReply {
  std::string type;  // "access_token", "session", "password"
  Omittable<AccessTokenReply> accessToken;
};
BOOST_DESCRIBE_STRUCT(AuthReply, (), (type, accessToken))

struct SiteReply {
  std::string name;
  std::string api = "kohakuhub";
  std::string version;
};
BOOST_DESCRIBE_STRUCT(SiteReply, (), (name, api, version))

struct WhoAmIReply {
  std::string type = "user";
  std::string id;
  std::string name;
  std::string fullname;
  std::optional<std::string> email;
  bool emailVerified = false;
  bool canPay = false;
  bool isPro = false;
  std::string avatarUrl;
  std::vector<WhoAmIOrg> orgs;
  AuthReply auth;
  SiteReply site;
};
BOOST_DESCRIBE_STRUCT(WhoAmIReply, (),
                      (type, id, name, fullname, email, emailVerified, canPay, isPro, avatarUrl,
                       orgs, auth, site))

Result<MeReply> me(const hub::SignedIn& user, hub::Hub& hub);
Result<WhoAmIReply> who_am_i(const hub::SignedIn& user, Call& call);

}  // namespace kohaku::api
