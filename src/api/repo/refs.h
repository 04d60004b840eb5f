// Branches and tags.
//
//   GET /api/{type}s/{repo}/refs   {"branches","converts","tags","pullRequests"?} of {"name","ref","targetCommit"}
#pragma once

#include <string>
#include <vector>

#include "api/call.h"
#include "api/json.h"
#include "hub/access.h"

namespace kohaku::api {

struct RefItem {
  std::string name;
  std::string ref;
  Sha1 targetCommit;
};
BOOST_DESCRIBE_STRUCT(RefItem, (), (name, ref, targetCommit))

struct RefsReply {
  std::vector<RefItem> branches;
  std::vector<RefItem> converts;
  std::vector<RefItem> tags;
  Omittable<std::vector<RefItem>> pullRequests;  // when include_prs asks for them
};
BOOST_DESCRIBE_STRUCT(RefsReply, (), (branches, converts, tags, pullRequests))

Result<RefsReply> list_refs(const hub::ReadableRepo& readable, Call& call);

}  // namespace kohaku::api
