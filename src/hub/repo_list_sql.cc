#include "hub/repo_list_sql.h"

#include <fmt/format.h>

#include <map>
#include <mutex>
#include <tuple>

namespace kohaku::hub {
namespace {

constexpr std::size_t first_word = 12;
constexpr std::size_t first_tag = first_word + most_words;
constexpr std::size_t first_any_tag = first_tag + most_tags;

std::string_view column_of(RepoSort sort) {
  switch (sort) {
    case RepoSort::trending: return "r.trending_score";
    case RepoSort::updated: return "r.updated_at";
    case RepoSort::created: return "r.created_at";
    case RepoSort::downloads: return "r.downloads";
    case RepoSort::likes: return "r.likes_count";
    case RepoSort::id: break;
  }
  return "r.id";
}

std::string_view from_clause(ListStart start) {
  // CROSS JOIN keeps SQLite from choosing another order; elsewhere it is a plain join.
  if (start == ListStart::tag) {
    return "FROM repository_tag s CROSS JOIN repository r ON r.id = s.repo_id "
           "JOIN account a ON a.id = r.owner_id WHERE s.tag = ?11 AND r.type = ?1";
  }
  if (start == ListStart::author) {
    return "FROM repository r JOIN account a ON a.id = r.owner_id "
           "WHERE r.type = ?1 AND r.owner_id = ?9";
  }
  return "FROM repository r JOIN account a ON a.id = r.owner_id "
         "WHERE r.type = ?1";
}

std::string filters() {
  std::string sql =
      " AND (r.private = 0 OR r.owner_id = ?4 OR EXISTS (SELECT 1 FROM membership m "
      "WHERE m.org_id = r.owner_id AND m.user_id = ?4))"
      " AND (?5 IS NULL OR (CASE WHEN r.gated = 'false' THEN 0 ELSE 1 END) = ?5)"
      " AND (?6 IS NULL OR r.pipeline_tag = ?6)"
      " AND (?7 IS NULL OR r.library_name = ?7)"
      " AND (?8 IS NULL OR r.sdk = ?8)"
      " AND (?9 IS NULL OR r.owner_id = ?9)";
  for (std::size_t i = 0; i < most_words; ++i) {
    sql += fmt::format(
        " AND (?{0} IS NULL OR a.lookup_name || '/' || r.lookup_name LIKE ?{0} ESCAPE '\\')",
        first_word + i);
  }
  for (std::size_t i = 0; i < most_tags; ++i) {
    sql += fmt::format(
        " AND (?{0} IS NULL OR EXISTS (SELECT 1 FROM repository_tag t "
        "WHERE t.repo_id = r.id AND t.tag = ?{0}))",
        first_tag + i);
  }
  sql += fmt::format(
      " AND (?{0} IS NULL OR EXISTS (SELECT 1 FROM repository_tag t WHERE t.repo_id = r.id "
      "AND t.tag IN (?{0}, ?{1}, ?{2}, ?{3})))",
      first_any_tag, first_any_tag + 1, first_any_tag + 2, first_any_tag + 3);
  return sql;
}

std::string build(RepoSort sort, bool ascending, ListStart start) {
  const auto column = column_of(sort);
  const auto direction = ascending ? "ASC" : "DESC";
  return fmt::format("SELECT {0} {1} AND ({2}, r.id) {3} (?2, ?3){4} "
                     "ORDER BY {2} {5}, r.id {5} LIMIT ?10",
                     summary_columns, from_clause(start), column, ascending ? ">" : "<", filters(),
                     direction);
}

}  // namespace

const std::string& list_sql(RepoSort sort, bool ascending, ListStart start) {
  static std::mutex mutex;
  static std::map<std::tuple<RepoSort, bool, ListStart>, std::string> texts;
  const std::scoped_lock lock(mutex);
  auto& text = texts[{sort, ascending, start}];
  if (text.empty()) text = build(sort, ascending, start);
  return text;
}

}  // namespace kohaku::hub
