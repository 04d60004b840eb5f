// The tags that public repositories bear, by kind.
//
//   GET /api/models-tags-by-type
//   GET /api/datasets-tags-by-type
// Answers {"license":[{"id":"license:mit","label":"mit","type":"license"}, …], "library":[…], …}.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/call.h"
#include "api/endpoint.h"
#include "hub/access.h"

namespace kohaku::api {

struct TagReply {
  std::string id;
  std::string label;
  std::string type;
};
BOOST_DESCRIBE_STRUCT(TagReply, (), (id, label, type))

using TagsByType = std::map<std::string, std::vector<TagReply>>;

Result<http::Reply> model_tags(const hub::Anyone& anyone, hub::Hub& hub);
Result<http::Reply> dataset_tags(const hub::Anyone& anyone, hub::Hub& hub);

}  // namespace kohaku::api
