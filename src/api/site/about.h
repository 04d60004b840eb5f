// What this site is.
//
//   GET /                  what there is, for whoever points a program or a browser here
//   GET /health
//   GET /api/version
//   GET /api/site-config   what a sign-up page needs to know
#pragma once

#include <map>
#include <string>

#include "api/call.h"
#include "api/endpoint.h"
#include "hub/access.h"

namespace kohaku::api {

struct IndexReply {
  std::string name;
  std::string version;
  std::string description;
  std::map<std::string, std::string> endpoints;
};
BOOST_DESCRIBE_STRUCT(IndexReply, (), (name, version, description, endpoints))

struct VersionReply {
  std::string api = "kohakuhub";
  std::string version;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(VersionReply, (), (api, version, name))

struct SiteConfigReply {
  std::string site_name;
  bool invitation_only = false;
  bool require_email_verification = false;
};
BOOST_DESCRIBE_STRUCT(SiteConfigReply, (), (site_name, invitation_only, require_email_verification))

Task<Result<IndexReply>> index(hub::Anyone anyone, Call& call);
Task<Result<http::Reply>> health(hub::Anyone anyone, hub::Hub& hub);
Task<Result<VersionReply>> show_version(hub::Anyone anyone, hub::Hub& hub);
Task<Result<SiteConfigReply>> site_config(hub::Anyone anyone, hub::Hub& hub);

}  // namespace kohaku::api
