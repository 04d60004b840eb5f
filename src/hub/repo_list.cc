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
  if (text == "createdAt" || text == "recent" || text == "id") return RepoSort::created;
  if (text == "downloads") return RepoSort::downloads;
  if (text == "likes" || text == "likes30d") return RepoSort::likes;
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
    case RepoSort::likes: break;
  }
  return item.repo.likes;
}

bool parse_number(std::string_view text, std::int64_t& out) {
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, out);
  return error == std::errc{} && stop == end;
}

constexpr Position lowest{std::numeric_limits<std::int64_t>::min(),
                          std::numeric_limits<std::int64_t>::min()};
constexpr Position highest{std::numeric_limits<std::int64_t>::max(),
                           std::numeric_limits<std::int64_t>::max()};

std::string write_cursor(const Position& position) {
  return fmt::format("{}.{}", position.value, position.id);
}

Result<Position> begin_of_page(const RepoListQuery& query) {
  if (query.cursor.empty()) return query.ascending ? lowest : highest;
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
    return fail(Code::bad_request, fmt::format("A search can have at most {} words.", most_words));
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

bool is_plain(const RepoListQuery& query) {
  return query.words.empty() && query.tags.empty() && query.any_tags.empty() &&
         !query.pipeline_tag && !query.library && !query.sdk && !query.gated;
}

// A stretch of the sort order: from behind `begin` to `end`, including it where the part says so.
struct Stretch {
  ListPart part = ListPart::behind;
  Position begin;
  Position end;
};

// What one page looks at, in this order; `end` is set when the list goes on behind it.
struct Look {
  std::vector<Stretch> stretches;
  std::optional<Position> end;
};

Result<std::optional<Position>> end_of_look(db::Connection& connection, const RepoListQuery& query,
                                            ListPart part, const Position& begin) {
  const auto most = is_plain(query) ? most_looked_at_plainly : most_looked_at_filtered;
  const auto row = TRY(connection.sql(list_end_sql(query.sort, query.ascending, part))
                           .bind(to_string(query.type), begin.value, begin.id, most - 1)
                           .first<std::int64_t, std::int64_t>());
  if (!row) return std::nullopt;
  return Position{std::get<0>(*row), std::get<1>(*row)};
}

// The rest of the group that the cursor stands in, then the groups behind it.
Result<Look> plan_look(db::Connection& connection, const RepoListQuery& query,
                       const Position& begin) {
  const auto first = query.ascending ? lowest : highest;
  const auto last = query.ascending ? highest : lowest;
  if (!query.cursor.empty()) {
    const auto end = TRY(end_of_look(connection, query, ListPart::equal, begin));
    if (end) return Look{{{ListPart::equal, begin, *end}}, end};
  }
  Look look{{{ListPart::equal, begin, last}, {ListPart::between, begin, last}}, {}};
  look.end = TRY(end_of_look(connection, query, ListPart::between, begin));
  if (look.end) {
    look.stretches.back().end = *look.end;
    look.stretches.push_back({ListPart::equal, {look.end->value, first.id}, *look.end});
  }
  return look;
}

struct Reading {
  db::Connection& connection;
  const Caller& caller;
  const RepoListQuery& query;
  std::optional<AccountId> author;
  Way way;
};

Result<> read_stretch(const Reading& reading, const Stretch& stretch,
                      std::vector<RepoSummary>& found) {
  const auto& query = reading.query;
  const auto& sql = list_sql(query.sort, query.ascending, reading.way.start, stretch.part);
  const auto& user = reading.caller.user;
  const auto viewer = user ? user->id.value : std::int64_t{-1};
  const auto limit = query.limit + 1 - found.size();
  const auto texts = texts_of(query);
  auto rows = std::apply(
      [&](const auto&... text) {
        return reading.connection.sql(sql).bind(
            to_string(query.type), stretch.begin.value, stretch.begin.id, viewer, query.gated,
            query.pipeline_tag, query.library, query.sdk, reading.author, limit, reading.way.tag,
            stretch.end.value, stretch.end.id, text...);
      },
      texts);
  while (TRY(rows.step())) found.push_back(read_summary(rows));
  return {};
}

}  // namespace

std::string cursor_after(const RepoSummary& item, RepoSort sort) {
  return write_cursor({sort_value(item, sort), item.repo.id.value});
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
  const auto begin = TRY(begin_of_page(query));
  const Reading reading{connection, caller, query, author, TRY(choose_way(connection, query))};
  Look look{{{ListPart::behind, begin, {}}}, {}};
  if (reading.way.start == ListStart::sort_order) look = TRY(plan_look(connection, query, begin));
  for (const auto& stretch : look.stretches) {
    if (page.repos.size() <= query.limit) TRY(read_stretch(reading, stretch, page.repos));
  }
  if (page.repos.size() > query.limit) {
    page.repos.resize(query.limit);
    page.next_cursor = cursor_after(page.repos.back(), query.sort);
  } else if (look.end) {
    page.next_cursor = write_cursor(*look.end);
  }
  TRY(add_tags(connection, page.repos));
  return page;
}

}  // namespace kohaku::hub
