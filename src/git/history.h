// Walks through commits.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "git/repository.h"

namespace kohaku::git {

struct LoggedCommit {
  Sha1 id;
  std::shared_ptr<const Commit> commit;
};

// Commits reachable from `start`, newest first (parents after children), `skip` left out.
Result<std::vector<LoggedCommit>> log(const Repository& repository, const Sha1& start,
                                      std::size_t skip, std::size_t limit);

Result<std::uint64_t> count_commits(const Repository& repository, const Sha1& start);

// Whether `ancestor` is reachable from `commit`.
Result<bool> is_ancestor(const Repository& repository, const Sha1& ancestor, const Sha1& commit);

// For each entry of `folder` at `start` the commit that last changed it, by walking first parents
// back over at most `most_commits`; entries not decided by then get the oldest commit seen.
Result<std::map<std::string, Sha1, std::less<>>> last_commits(const Repository& repository,
                                                              const Sha1& start,
                                                              std::string_view folder,
                                                              std::size_t most_commits);

}  // namespace kohaku::git
