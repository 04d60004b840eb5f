// What lists and info pages say of a repository without opening its git directory: its row, the head
// of its default branch, and what its card declares there.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "db/connection.h"
#include "hub/repo.h"

namespace kohaku::hub {

struct RepoSummary {
  Repo repo;                             // without the LFS settings
  std::optional<Sha1> head;              // of the default branch; none before the first commit
  std::optional<std::string> card_data;  // a JSON object
  std::optional<std::string> pipeline_tag;
  std::optional<std::string> library_name;
  std::int64_t trending_score = 0;
  std::vector<std::string> tags;
};

// For queries of one's own: the columns of `repository r JOIN account a`, read by read_summary().
extern const std::string_view summary_columns;
RepoSummary read_summary(db::Statement& row);

// Fills in the tags of all, in few queries.
Result<> add_tags(db::Connection& connection, std::span<RepoSummary> summaries);

// repo_not_found when it is gone. No permission is checked here.
Result<RepoSummary> load_summary(db::Connection& connection, RepoId repo);

}  // namespace kohaku::hub
