// The history of a revision.
//
//   GET /api/{type}s/{repo}/commits/{rev}   newest first; also without /api
//
// Query: limit (50, at most 1,000), p (page from 0), after (a commit id), cursor, expand=formatted,
// path (only what changed this file or folder). X-Total-Count says how many commits there are in all,
// but for a path; `X-Truncated: true` that the history of a path goes on where nobody looked.
#pragma once

#include <string>
#include <vector>

#include "api/call.h"
#include "api/json.h"
#include "git/history.h"
#include "http/message.h"
#include "hub/access.h"

namespace kohaku::api {

struct CommitAuthor {
  std::string user;
};
BOOST_DESCRIBE_STRUCT(CommitAuthor, (), (user))

// Title and message with the characters escaped that HTML gives a meaning.
struct FormattedCommit {
  std::string title;
  std::string message;
};
BOOST_DESCRIBE_STRUCT(FormattedCommit, (), (title, message))

struct CommitItem {
  Sha1 id;
  std::string title;
  std::string message;  // what stands below the title
  std::vector<CommitAuthor> authors;
  Micros date;
  Omittable<FormattedCommit> formatted;
};
BOOST_DESCRIBE_STRUCT(CommitItem, (), (id, title, message, authors, date, formatted))

CommitItem commit_item(const git::LoggedCommit& logged, bool formatted);

Result<http::Reply> list_commits(const hub::ReadableRepo& readable, Call& call);

}  // namespace kohaku::api
