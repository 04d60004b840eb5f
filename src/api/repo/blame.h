// Which commit each line of a file came with.
//
//   GET /api/{type}s/{repo}/blame/{rev}/{path}   also without /api
//
// Texts of at most 2 MiB: 422 for binary and large files, 413 for longer ones. `truncated` says that
// the search was given up, and that lines stand with the oldest commit it saw.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/repo/commits.h"
#include "hub/access.h"

namespace kohaku::api {

struct BlameRange {
  std::size_t start = 0;  // lines from 1, both included
  std::size_t end = 0;
  std::size_t original_start = 0;  // the first line's number in that commit's version
  Sha1 commit;
};
BOOST_DESCRIBE_STRUCT(BlameRange, (), (start, end, original_start, commit))

struct BlameReply {
  std::string path;
  Sha1 commit_id;
  std::vector<BlameRange> ranges;
  std::map<std::string, CommitItem> commits;  // those that the ranges name, by id
  bool truncated = false;
};
BOOST_DESCRIBE_STRUCT(BlameReply, (), (path, commit_id, ranges, commits, truncated))

Result<BlameReply> blame_file(const hub::ReadableContent& readable, Call& call);

}  // namespace kohaku::api
