// What the database says of one day, beside which the rows of a recount are laid one after the other. The
// log's side is never held as a whole.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "db/connection.h"
#include "hub/recount.h"
#include "stats/duckdb.h"
#include "stats/journal.h"
#include "stats/sketch.h"

namespace kohaku::hub {

class CountedDay {
 public:
  // At one moment, up to where this node's journal is folded then.
  static Result<CountedDay> read(db::Connection& connection, std::string_view node,
                                 std::int64_t day);
  stats::Position folded() const { return folded_; }

  // A row of hub/recount_sql.h; each once. Repositories that are gone are passed over.
  Result<> compare(const stats::DuckdbTable::Row& row);
  // What no row spoke of counts as 0 in the log.
  std::vector<CountDifference> finish() &&;

 private:
  using Values = std::vector<std::int64_t>;  // in the order of columns
  template <class Id>
  using Key = std::pair<Id, std::string>;  // and the traffic
  template <class Id>
  using Sketches = std::map<Key<Id>, stats::Sketch>;
  using GroupKey = std::tuple<RepoId, std::string, std::string>;  // traffic, kind
  struct Groups {
    std::map<std::pair<std::string, std::string>, Values> names;  // and details
    bool is_full = false;  // what has no row of its own counts as "other"
    Values other;          // of those, in the log
  };

  Result<> read_numbers(db::Connection& connection);
  Result<> read_groups(db::Connection& connection);
  Result<> read_sketches(db::Connection& connection);
  void compare_numbers(const Key<RepoId>& key, const Values& in_log);
  void compare_group(const Key<RepoId>& key, const stats::DuckdbTable::Row& row,
                     const Values& in_log);
  void compare_sketch(const Key<RepoId>& key, const Values& registers);
  void compare_namespaces();
  void finish_groups();
  void tell(std::string whose, const std::string& traffic, std::string column,
            std::int64_t in_database, std::int64_t in_log);
  void tell_groups(const GroupKey& key, const std::pair<std::string, std::string>& name,
                   const Values& in_database, const Values& in_log);
  void tell_registers(std::string whose, const std::string& traffic, const stats::Sketch& stored,
                      const stats::Sketch& logged);

  std::int64_t day_ = 0;
  stats::Position folded_ = 0;
  std::unordered_map<RepoId, AccountId> owners_;
  // What the log was not yet laid beside.
  std::map<Key<RepoId>, Values> numbers_;
  std::map<GroupKey, Groups> groups_;
  Sketches<RepoId> sketches_;
  Sketches<AccountId> namespaces_;
  Sketches<AccountId> logged_namespaces_;  // from the log: of the repositories they have
  std::vector<CountDifference> differences_;
};

}  // namespace kohaku::hub
