// Lists of repositories: filtered, sorted, in pages by key, so that the last page costs what the
// first one does. Private ones appear only to who may read them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "hub/access.h"
#include "hub/repo_summary.h"

namespace kohaku::hub {

enum class RepoSort { trending, updated, created, downloads, likes };

// "trendingScore" and "trending", "lastModified" and "updated", "createdAt" and "recent",
// "downloads", "likes". Nothing for other words.
std::optional<RepoSort> repo_sort_from(std::string_view text);

struct RepoListQuery {
  RepoType type = RepoType::model;
  std::optional<std::string> author;  // a namespace, in any capitals
  std::vector<std::string> words;     // each must stand somewhere in "owner/name"
  std::vector<std::string> tags;      // each must be one of its tags
  std::vector<std::string> any_tags;  // one of these must be, when there are some
  std::optional<std::string> pipeline_tag;
  std::optional<std::string> library;
  std::optional<std::string> sdk;
  std::optional<bool> gated;
  RepoSort sort = RepoSort::trending;  // ties: the newest first
  bool ascending = false;
  std::size_t limit = 100;
  std::string cursor;  // of the page before, with the same sort
};

inline constexpr std::size_t most_words = 4;
inline constexpr std::size_t most_tags = 8;
inline constexpr std::size_t most_any_tags = 4;

struct RepoListPage {
  std::vector<RepoSummary> repos;
  std::string next_cursor;  // "" on the last page
};

// How many repositories one page may look at, whatever it finds: a page that sees nothing but what
// its filters leave out, or what the caller may not see, is short, or empty, and has a next one.
inline constexpr std::int64_t most_looked_at_plainly = 5'000;
inline constexpr std::int64_t most_looked_at_filtered = 50'000;

// bad_request for a bad cursor or more words and tags than there may be.
Result<RepoListPage> list_repos(db::Connection& connection, const Caller& caller,
                                const RepoListQuery& query);

// The cursor behind one item of a page.
std::string cursor_after(const RepoSummary& item, RepoSort sort);

}  // namespace kohaku::hub
