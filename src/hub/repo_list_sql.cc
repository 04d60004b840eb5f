#include "hub/repo_list_sql.h"

#include <fmt/format.h>

#include <map>
#include <mutex>
#include <tuple>

namespace kohaku::hub {
namespace {

constexpr std::size_t first_word = 14;
constexpr std::size_t first_tag = first_word + most_words;
constexpr std::size_t first_any_tag = first_tag + most_tags;

std::string_view column_of(RepoSort sort) {
  switch (sort) {
    case RepoSort::trending: return "r.trending_score";
    case RepoSort::updated: return "r.updated_at";
    case RepoSort::created: return "r.created_at";
    case RepoSort::downloads: return "r.downloads";
    case RepoSort::likes: break;
  }
  return "r.likes_count";
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
  std::string sql = " AND (r.private = 0 OR r.owner_id = ?4 OR EXISTS (SELECT 1 FROM membership m "
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
    sql += fmt::format(" AND (?{0} IS NULL OR EXISTS (SELECT 1 FROM repository_tag t "
                       "WHERE t.repo_id = r.id AND t.tag = ?{0}))",
                       first_tag + i);
  }
  sql += fmt::format(
      " AND (?{0} IS NULL OR EXISTS (SELECT 1 FROM repository_tag t WHERE t.repo_id = r.id "
      "AND t.tag IN (?{0}, ?{1}, ?{2}, ?{3})))",
      first_any_tag, first_any_tag + 1, first_any_tag + 2, first_any_tag + 3);
  return sql;
}

struct Order {
  std::string value;
  std::string id;
  std::string_view direction;
  std::string_view behind;  // compares a row with one before it
  std::string_view before;
};

Order order_of(RepoSort sort, bool ascending, ListStart start) {
  // A plus keeps SQLite from following the index of the sort order, which for an author or a rare
  // tag would pass by nearly every repository there is.
  const auto* plus = start == ListStart::sort_order ? "" : "+";
  return {fmt::format("{}{}", plus, column_of(sort)), fmt::format("{}r.id", plus),
          ascending ? "ASC" : "DESC", ascending ? ">" : "<", ascending ? "<" : ">"};
}

std::string begin_of(const Order& order, ListPart part) {
  switch (part) {
    case ListPart::behind:
      return fmt::format("({}, {}) {} (?2, ?3)", order.value, order.id, order.behind);
    case ListPart::equal:
      return fmt::format("{} = ?2 AND {} {} ?3", order.value, order.id, order.behind);
    case ListPart::between: break;
  }
  return fmt::format("{} {} ?2", order.value, order.behind);
}

std::string end_of(const Order& order, ListPart part) {
  switch (part) {
    case ListPart::behind: return "";
    case ListPart::equal: return fmt::format(" AND {} {}= ?13", order.id, order.before);
    case ListPart::between: break;
  }
  return fmt::format(" AND {} {} ?12", order.value, order.before);
}

std::string build(RepoSort sort, bool ascending, ListStart start, ListPart part) {
  const auto order = order_of(sort, ascending, start);
  return fmt::format("SELECT {} {} AND {}{}{} ORDER BY {} {}, {} {} LIMIT ?10", summary_columns,
                     from_clause(start), begin_of(order, part), end_of(order, part), filters(),
                     order.value, order.direction, order.id, order.direction);
}

std::string build_end(RepoSort sort, bool ascending, ListPart part) {
  const auto order = order_of(sort, ascending, ListStart::sort_order);
  return fmt::format("SELECT {0}, r.id FROM repository r WHERE r.type = ?1 AND {1} "
                     "ORDER BY {0} {2}, r.id {2} LIMIT 1 OFFSET ?4",
                     order.value, begin_of(order, part), order.direction);
}

// The texts are made once and live as long as the program.
class Texts {
 public:
  template <class Build>
  const std::string& get(RepoSort sort, bool ascending, ListStart start, ListPart part,
                         Build build) {
    const std::scoped_lock lock(mutex_);
    auto& text = texts_[{sort, ascending, start, part}];
    if (text.empty()) text = build();
    return text;
  }

 private:
  std::mutex mutex_;
  std::map<std::tuple<RepoSort, bool, ListStart, ListPart>, std::string> texts_;
};

}  // namespace

const std::string& list_sql(RepoSort sort, bool ascending, ListStart start, ListPart part) {
  static Texts texts;
  return texts.get(sort, ascending, start, part,
                   [&] { return build(sort, ascending, start, part); });
}

const std::string& list_end_sql(RepoSort sort, bool ascending, ListPart part) {
  static Texts texts;
  return texts.get(sort, ascending, ListStart::sort_order, part,
                   [&] { return build_end(sort, ascending, part); });
}

}  // namespace kohaku::hub
