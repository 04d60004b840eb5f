#include "hub/counted_day.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "stats/fold.h"
#include "stats/log_row.h"
#include "stats/namespace_sketches.h"
#include "stats/policy.h"

namespace kohaku::hub {
namespace {

constexpr std::array<std::string_view, 8> number_columns = {
    "downloads", "authenticated",          "files", "huggingface", "huggingface_authenticated",
    "requests",  "requests_authenticated", "bytes"};
constexpr std::array<std::string_view, 3> group_columns = {"downloads", "huggingface", "requests"};

// What stands for the names beyond stats::most_group_names.
const std::pair<std::string, std::string> other_name = {"other", ""};

std::string traffic_text(int value) {
  return std::string(stats::to_string(static_cast<stats::Traffic>(value)));
}

// "1 20 3"
std::vector<std::int64_t> numbers_from(std::string_view text) {
  std::vector<std::int64_t> numbers;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + end, value);
    numbers.push_back(value);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return numbers;
}

std::vector<std::int64_t> numbers_of(db::Statement& rows, int first, std::size_t count) {
  std::vector<std::int64_t> numbers;
  for (std::size_t i = 0; i < count; ++i) {
    numbers.push_back(rows.get<std::int64_t>(first + static_cast<int>(i)));
  }
  return numbers;
}

// What stands under a key, which is removed; nothing stands for an empty value.
template <class Map>
typename Map::mapped_type take(Map& map, const typename Map::key_type& key) {
  auto node = map.extract(key);
  return node.empty() ? typename Map::mapped_type{} : std::move(node.mapped());
}

std::int64_t at(const std::vector<std::int64_t>& numbers, std::size_t index) {
  return index < numbers.size() ? numbers[index] : 0;
}

std::string name_of(RepoId repo) { return fmt::format("repository {}", repo.value); }
std::string name_of(AccountId owner) { return fmt::format("namespace {}", owner.value); }

// How many registers of the one are higher than the other's.
std::int64_t count_higher(const stats::Sketch& one, const stats::Sketch& other) {
  const auto mine = one.registers();
  const auto others = other.registers();
  std::int64_t count = 0;
  for (std::size_t i = 0; i < mine.size(); ++i) count += mine[i] > others[i] ? 1 : 0;
  return count;
}

stats::Sketch sketch_from(const std::vector<std::int64_t>& registers) {
  stats::Sketch sketch;
  for (const auto entry : registers) {
    sketch.raise(static_cast<std::uint32_t>(entry / 64), static_cast<std::uint8_t>(entry % 64));
  }
  return sketch;
}

}  // namespace

Result<CountedDay> CountedDay::read(db::Connection& connection, std::string_view node,
                                    std::int64_t day) {
  CountedDay counted;
  counted.day_ = day;
  counted.folded_ = TRY(stats::folded_position(connection, node));
  auto owners = connection.sql("SELECT id, owner_id FROM repository");
  while (TRY(owners.step())) {
    counted.owners_.emplace(owners.get<RepoId>(0), owners.get<AccountId>(1));
  }
  TRY(counted.read_numbers(connection));
  TRY(counted.read_groups(connection));
  TRY(counted.read_sketches(connection));
  return counted;
}

Result<> CountedDay::read_numbers(db::Connection& connection) {
  auto rows = connection
                  .sql("SELECT repo_id, traffic, downloads, authenticated, files, huggingface, "
                       "huggingface_authenticated, requests, requests_authenticated, bytes "
                       "FROM repository_day WHERE day = ?1")
                  .bind(day_);
  while (TRY(rows.step())) {
    numbers_[{rows.get<RepoId>(0), traffic_text(rows.get<int>(1))}] =
        numbers_of(rows, 2, number_columns.size());
  }
  return {};
}

// By the repositories that have numbers of the day, since the keys begin with them.
Result<> CountedDay::read_groups(db::Connection& connection) {
  auto rows = connection
                  .sql("SELECT repo_id, traffic, kind, name, detail, downloads, huggingface, "
                       "requests FROM repository_day_group WHERE repo_id IN "
                       "(SELECT repo_id FROM repository_day WHERE day = ?1) AND day = ?1")
                  .bind(day_);
  while (TRY(rows.step())) {
    auto& groups =
        groups_[{rows.get<RepoId>(0), traffic_text(rows.get<int>(1)), rows.get<std::string>(2)}];
    groups.names[{rows.get<std::string>(3), rows.get<std::string>(4)}] =
        numbers_of(rows, 5, group_columns.size());
  }
  for (auto& [key, groups] : groups_)
    groups.is_full = groups.names.size() >= stats::most_group_names;
  return {};
}

Result<> CountedDay::read_sketches(db::Connection& connection) {
  auto rows = connection
                  .sql("SELECT repo_id, traffic, sketch FROM repository_sketch WHERE repo_id IN "
                       "(SELECT repo_id FROM repository_day WHERE day = ?1) AND day = ?1")
                  .bind(day_);
  while (TRY(rows.step())) {
    sketches_[{rows.get<RepoId>(0), traffic_text(rows.get<int>(1))}] =
        TRY(stats::Sketch::parse(rows.get<std::vector<std::byte>>(2)));
  }
  auto namespaces = connection
                        .sql("SELECT owner_id, traffic, sketch FROM namespace_sketch WHERE "
                             "owner_id IN (SELECT id FROM account) AND day = ?1")
                        .bind(day_);
  while (TRY(namespaces.step())) {
    const auto owner = namespaces.get<AccountId>(0);
    const auto traffic = namespaces.get<int>(1);
    const auto stored = namespaces.get<std::vector<std::byte>>(2);
    namespaces_[{owner, traffic_text(traffic)}] =
        TRY(stats::namespace_sketch(connection, owner, day_, traffic, stored));
  }
  return {};
}

Result<> CountedDay::compare(const stats::DuckdbTable::Row& row) {
  if (row.size() != 6) return fail_internal("a row of the recount has not 6 columns");
  const auto part = row[0].value_or("");
  const Key<RepoId> key{RepoId{at(numbers_from(row[1].value_or("")), 0)}, row[2].value_or("")};
  const auto counts = numbers_from(row[5].value_or(""));
  if (!owners_.contains(key.first)) return {};
  if (part == "sketch") compare_sketch(key, counts);
  else if (part == "day") compare_numbers(key, counts);
  else compare_group(key, row, counts);
  return {};
}

void CountedDay::compare_numbers(const Key<RepoId>& key, const Values& in_log) {
  const auto in_database = take(numbers_, key);
  for (std::size_t i = 0; i < number_columns.size(); ++i) {
    tell(name_of(key.first), key.second, std::string(number_columns.at(i)), at(in_database, i),
         at(in_log, i));
  }
}

void CountedDay::compare_group(const Key<RepoId>& key, const stats::DuckdbTable::Row& row,
                               const Values& in_log) {
  const GroupKey group{key.first, key.second, row[0].value_or("")};
  const std::pair name(row[3].value_or(""), row[4].value_or(""));
  auto& groups = groups_[group];
  if (!groups.is_full || (name != other_name && groups.names.contains(name))) {
    tell_groups(group, name, take(groups.names, name), in_log);
    return;
  }
  groups.other.resize(group_columns.size());
  for (std::size_t i = 0; i < groups.other.size(); ++i) groups.other[i] += at(in_log, i);
}

void CountedDay::compare_sketch(const Key<RepoId>& key, const Values& registers) {
  const auto& [repo, traffic] = key;
  const auto logged = sketch_from(registers);
  logged_namespaces_[{owners_.at(repo), traffic}].merge(logged);
  tell_registers(name_of(repo), traffic, take(sketches_, key), logged);
}

void CountedDay::compare_namespaces() {
  for (const auto& [key, sketch] : logged_namespaces_) namespaces_[key];
  for (const auto& [key, stored] : namespaces_) {
    tell_registers(name_of(key.first), key.second, stored, take(logged_namespaces_, key));
  }
}

void CountedDay::finish_groups() {
  for (auto& [key, groups] : groups_) {
    if (groups.is_full) tell_groups(key, other_name, take(groups.names, other_name), groups.other);
    for (const auto& [name, in_database] : groups.names) tell_groups(key, name, in_database, {});
  }
}

std::vector<CountDifference> CountedDay::finish() && {
  while (!numbers_.empty()) compare_numbers(Key<RepoId>(numbers_.begin()->first), {});
  finish_groups();
  for (const auto& [key, stored] : sketches_) {
    tell_registers(name_of(key.first), key.second, stored, {});
  }
  compare_namespaces();
  return std::move(differences_);
}

void CountedDay::tell(std::string whose, const std::string& traffic, std::string column,
                      std::int64_t in_database, std::int64_t in_log) {
  if (in_database == in_log) return;
  differences_.push_back({std::move(whose), day_, traffic, std::move(column), in_database, in_log});
}

void CountedDay::tell_groups(const GroupKey& key, const std::pair<std::string, std::string>& name,
                             const Values& in_database, const Values& in_log) {
  const auto& [repo, traffic, kind] = key;
  const auto& [library, version] = name;
  for (std::size_t i = 0; i < group_columns.size(); ++i) {
    tell(name_of(repo), traffic,
         fmt::format("{} of {} '{}{}{}'", group_columns.at(i), kind, library,
                     version.empty() ? "" : " ", version),
         at(in_database, i), at(in_log, i));
  }
}

void CountedDay::tell_registers(std::string whose, const std::string& traffic,
                                const stats::Sketch& stored, const stats::Sketch& logged) {
  const auto in_database = count_higher(stored, logged);
  const auto in_log = count_higher(logged, stored);
  if (in_database + in_log == 0) return;
  differences_.push_back(
      {std::move(whose), day_, traffic, "higher registers of the sketch", in_database, in_log});
}

}  // namespace kohaku::hub
