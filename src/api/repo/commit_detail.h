// One commit.
//
//   GET /api/{type}s/{repo}/commit/{rev}   also without /api
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/call.h"
#include "api/json.h"
#include "hub/access.h"

namespace kohaku::api {

struct CommitDetail {
  Sha1 id;
  Sha1 oid;
  std::string title;
  std::string message;  // title and description, as git has them
  Micros date;
  std::vector<Sha1> parents;
  std::string author;
  std::optional<std::int64_t> user_id;  // of the account of the author's name, if there is one
  std::string description;
  Micros committed_at;
};
BOOST_DESCRIBE_STRUCT(CommitDetail, (),
                      (id, oid, title, message, date, parents, author, user_id, description,
                       committed_at))

Result<CommitDetail> show_commit(const hub::ReadableRepo& readable, Call& call);

}  // namespace kohaku::api
