#include "hub/repo_list.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <limits>

#include "hub/repo_list_sql.h"

namespace kohaku::hub {

std::optional<RepoSort> repo_sort_from(std::string_view text) {
  if (text == "trendingScore" || text == "trending") return RepoSort::trending;
  if (text == "lastModified" || text == "updated") return RepoSort::updated;
  if (text == "createdAt" || text == "recent") return RepoSort::created;
  if (text == "downloads") return RepoSort::downloads;
  if (text == "likes" || text == "likes30d") return RepoSort::likes;
  if (text == "id") return RepoSort::id;
  return std::nullopt;
}

namespace {

struct Position {
  std::int64_t value = 0;
  std::int64_t id = 0;
};

std::int64_t sort_value(const RepoSummary& item, RepoSort sort) {
  switch (sort) {
    case RepoSort::trending: return item.trending_score;
    case RepoSort::updated: return item.repo.updated_at.value;
    case RepoSort::created: return item.repo.created_at.value;
    case RepoSort::downloads: return item.repo.downloads;
    case RepoSort::likes: return item.repo.likes;
    case RepoSort::id: break;
  }
  return item.repo.id.value;
}

bool parse_number(std::string_view text, std::int64_t& out) {
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, out);
  return error == std::errc{} && stop == end;
}

Result<Position> begin_of_page(const RepoListQuery& query) {
  using Limits = std::numeric_limits<std::int64_t>;
  if (query.cursor.empty()) {
    return query.ascending ? Position{Limits::min(), Limits::min()}
                           : Position{Limits::max(), Limits::max()};
  }
  Position position;
  const std::string_view text = query.cursor;
  const auto dot = text.find('.');
  if (dot == text.npos || !parse_number(text.substr(0, dot), position.value) ||
      !parse_number(text.substr(dot + 1), position.id)) {
    return fail(Code::bad_request, "The cursor is not one that this list gave.");
  }
  return position;
}

Result<> check_counts(const RepoListQuery& query) {
  if (query.words.size() > most_words) {
    return fail(Code::bad_request,
                fmt::format("A search can have at most {} words.", most_words));
  }
  if (query.tags.size() > most_tags || query.any_tags.size() > most_any_tags) {
    return fail(Code::bad_request,
                fmt::format("At most {} filters can be given at once.", most_tags));
  }
  return {};
}

// `%` and `_` stand for themselves. The stored names are normalized, so the word is too.
std::string like_pattern(std::string_view word) {
  std::string pattern = "%";
  for (const char c : normalize_name(word)) {
    if (c == '%' || c == '_' || c == '\\') pattern.push_back('\\');
    pattern.push_back(c);
  }
  return pattern + "%";
}

using Texts = std::array<std::optional<std::string>, most_words + most_tags + most_any_tags>;

Texts texts_of(const RepoListQuery& query) {
  Texts texts;
  for (std::size_t i = 0; i < query.words.size(); ++i) texts[i] = like_pattern(query.words[i]);
  auto at = most_words;
  for (const auto& tag : query.tags) texts[at++] = tag;
  at = most_words + most_tags;
  for (const auto& tag : query.any_tags) texts[at++] = tag;
  return texts;
}

// The rarest way in: an author, else a tag that few repositories have.
struct Way {
  ListStart start = ListStart::sort_order;
  std::optional<std::string> tag;
};

Result<Way> choose_way(db::Connection& connection, const RepoListQuery& query) {
  if (query.author) return Way{ListStart::author, {}};
  for (const auto& tag : query.tags) {
    const auto rows = TRY(connection
                              .sql("SELECT COUNT(*) FROM (SELECT 1 FROM repository_tag "
                                   "WHERE tag = ?1 LIMIT ?2) AS few")
                              .bind(tag, rare_tag_rows)
                              .first<std::int64_t>());
    if (rows && std::get<0>(*rows) < rare_tag_rows) return Way{ListStart::tag, tag};
  }
  return Way{};
}

Result<std::optional<AccountId>> find_author(db::Connection& connection, std::string_view name) {
  const auto row = TRY(connection.sql("SELECT id FROM account WHERE lookup_name = ?1")
                           .bind(normalize_name(name))
                           .first<AccountId>());
  if (!row) return std::nullopt;
  return std::get<0>(*row);
}

Result<std::vector<RepoSummary>> read_rows(db::Connection& connection, const Caller& caller,
                                           const RepoListQuery& query,
                                           std::optional<AccountId> author) {
  const auto begin = TRY(begin_of_page(query));
  const auto way = TRY(choose_way(connection, query));
  const auto texts = texts_of(query);
  const auto viewer = caller.user ? caller.user->id.value : std::int64_t{-1};
  const auto limit = static_cast<std::int64_t>(query.limit) + 1;
  auto rows = std::apply(
      [&](const auto&... text) {
        return connection.sql(list_sql(query.sort, query.ascending, way.start))
            .bind(to_string(query.type), begin.value, begin.id, viewer, query.gated,
                  query.pipeline_tag, query.library, query.sdk, author, limit, way.tag, text...);
      },
      texts);
  std::vector<RepoSummary> found;
  while (TRY(rows.step())) found.push_back(read_summary(rows));
  return found;
}

}  // namespace

std::string cursor_after(const RepoSummary& item, RepoSort sort) {
  return fmt::format("{}.{}", sort_value(item, sort), item.repo.id.value);
}

Result<RepoListPage> list_repos(db::Connection& connection, const Caller& caller,
                                const RepoListQuery& query) {
  TRY(check_counts(query));
  std::optional<AccountId> author;
  if (query.author) {
    author = TRY(find_author(connection, *query.author));
    if (!author) return RepoListPage{};
  }
  RepoListPage page;
  page.repos = TRY(read_rows(connection, caller, query, author));
  if (page.repos.size() > query.limit) {
    page.repos.resize(query.limit);
    page.next_cursor = cursor_after(page.repos.back(), query.sort);
  }
  TRY(add_tags(connection, page.repos));
  return page;
}

}  // namespace kohaku::hub
