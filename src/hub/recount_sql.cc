#include "hub/recount_sql.h"

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace kohaku::hub {
namespace {

// Segments may hold events that came after the database was read.
std::string select_logged(const LoggedDay& logged) {
  const auto relation = [&](const std::vector<os::Path>& files) {
    std::string names;
    for (const auto& file : files) {
      names += (names.empty() ? "" : ", ") + stats::sql_quote(file.string());
    }
    return fmt::format(
        "SELECT * FROM read_parquet([{}]) WHERE timestamp >= make_timestamp({} * 86400000000) "
        "AND timestamp < make_timestamp({} * 86400000000)",
        names, logged.day, logged.day + 1);
  };
  std::string sql = "CREATE TEMP VIEW logged AS ";
  if (!logged.whole.empty()) sql += relation(logged.whole);
  if (!logged.whole.empty() && !logged.begun.empty()) sql += " UNION ALL ";
  if (!logged.begun.empty()) {
    sql += fmt::format("{} AND position <= {}", relation(logged.begun), logged.until);
  }
  return sql;
}

// What a User-Agent says. Only ASCII letters have a lower case here.
constexpr std::string_view traffic_of = R"(
CREATE TEMP MACRO lowered(agent) AS
  translate(agent, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz');
CREATE TEMP MACRO traffic_of(agent) AS CASE
  WHEN regexp_matches(lowered(agent), 'ci/true|github-actions|gitlab-runner|jenkins|circleci|travis-ci|'
    'buildkite|azure-pipelines|teamcity') THEN 'ci'
  WHEN regexp_matches(lowered(agent), 'bot([^a-z]|$)|crawler|spider|slurp|scrapy|facebookexternalhit|'
    'headlesschrome') THEN 'robots'
  ELSE 'people' END)";

constexpr std::string_view client_of = R"(
CREATE TEMP MACRO product_of(agent) AS regexp_extract(agent, '^[0-9A-Za-z.+_@-]{0,64}');
CREATE TEMP MACRO version_of(agent) AS
  regexp_extract(agent, '^[0-9A-Za-z.+_@-]{0,64}/([0-9A-Za-z.+_-]{0,32})', 1);
CREATE TEMP MACRO library_of(agent) AS CASE
  WHEN starts_with(agent, 'Mozilla/') THEN 'browser'
  WHEN product_of(agent) <> 'unknown' THEN product_of(agent)
  WHEN contains(agent, 'hf_hub/') THEN 'huggingface_hub'
  ELSE '' END;
CREATE TEMP MACRO library_version_of(agent) AS CASE
  WHEN starts_with(agent, 'Mozilla/') THEN ''
  WHEN product_of(agent) <> 'unknown' THEN version_of(agent)
  ELSE regexp_extract(agent, 'hf_hub/([0-9A-Za-z.+_-]{0,32})', 1) END)";

constexpr std::string_view judged = R"(
CREATE TEMP TABLE judged AS
SELECT position, repo_id, traffic_of(user_agent) AS traffic, library_of(user_agent) AS library,
  library_version_of(user_agent) AS version, country, files, who, address_hash, user_id <> 0 AS known,
  epoch_us(timestamp) // 1000000 AS second,
  repo_type = 'model' AS is_model,
  NOT preview AND len(files) > 0 AND (
    (door IN ('resolve', 'raw', 'xet_reconstruction') AND method = 'GET' AND status IN (200, 206, 302))
    OR (door IN ('lfs_batch', 'git_fetch') AND status = 200)) AS is_download,
  NOT preview AND status < 400 AND CASE
    WHEN repo_type <> 'model' THEN download_counter OR is_download
    ELSE door = 'resolve' AND status IN (200, 206, 302, 304) AND (
      path IN ('config.json', 'config.yaml', 'hyperparams.yaml', 'params.json', 'meta.yaml')
      OR ends_with(path, '.gguf')) END AS is_huggingface,
  CASE WHEN status IN (200, 206) AND door IN ('resolve', 'raw', 'lfs_object', 'xet_fetch', 'git_fetch')
    THEN bytes ELSE 0 END AS sent
FROM logged)";

// All of a session but its files is as its first event has it.
std::string sessions(std::int64_t window_seconds) {
  return fmt::format(R"(
CREATE TEMP TABLE session AS
SELECT repo_id, second // {} AS bucket, who, arg_min(traffic, position) AS traffic,
  arg_min(library, position) AS library, arg_min(version, position) AS version,
  arg_min(country, position) AS country, arg_min(known, position) AS known,
  flatten(list(files)).list_distinct().len() AS files
FROM judged WHERE is_download GROUP BY ALL)",
                     window_seconds);
}

constexpr std::string_view huggingface_sessions = R"(
CREATE TEMP TABLE huggingface_session AS
SELECT repo_id, second // 300 AS bucket, address_hash, arg_min(traffic, position) AS traffic,
  arg_min(library, position) AS library, arg_min(version, position) AS version,
  arg_min(country, position) AS country, arg_min(known, position) AS known
FROM judged WHERE is_huggingface AND NOT is_model GROUP BY ALL)";

constexpr std::string_view added = R"(
CREATE TEMP TABLE added AS
SELECT repo_id, traffic, library, version, country, sum(downloads) AS downloads,
  sum(authenticated) AS authenticated, sum(files) AS files, sum(huggingface) AS huggingface,
  sum(huggingface_authenticated) AS huggingface_authenticated, sum(requests) AS requests,
  sum(requests_authenticated) AS requests_authenticated, sum(bytes) AS bytes
FROM (
  SELECT repo_id, traffic, library, version, country, 1 AS downloads, known::INT AS authenticated, files,
    0 AS huggingface, 0 AS huggingface_authenticated, 0 AS requests, 0 AS requests_authenticated, 0 AS bytes
  FROM session
  UNION ALL
  SELECT repo_id, traffic, library, version, country, 0, 0, 0, 1, known::INT, 0, 0, 0
  FROM huggingface_session
  UNION ALL
  SELECT repo_id, traffic, library, version, country, 0, 0, 0, (is_huggingface AND is_model)::INT,
    (is_huggingface AND is_model AND known)::INT, is_download::INT, (is_download AND known)::INT, sent
  FROM judged)
GROUP BY repo_id, traffic, library, version, country)";

// A hash's first 14 bits choose the register; its value is where the first 1 of the next 50 stands.
constexpr std::string_view registers = R"(
CREATE TEMP TABLE register AS
SELECT repo_id, traffic, hash >> 50 AS slot,
  max(51 - length(ltrim(bin(hash & 1125899906842623::UBIGINT), '0'))) AS value
FROM (SELECT DISTINCT repo_id, traffic, ('0x' || hex(who)[1:16])::UBIGINT AS hash FROM session)
GROUP BY repo_id, traffic, slot)";

constexpr std::string_view answer = R"(
SELECT 'day' AS part, repo_id, traffic, '' AS name, '' AS detail, concat_ws(' ', sum(downloads),
  sum(authenticated), sum(files), sum(huggingface), sum(huggingface_authenticated), sum(requests),
  sum(requests_authenticated), sum(bytes)) AS counts
FROM added GROUP BY repo_id, traffic
UNION ALL
SELECT 'client', repo_id, traffic, library, version,
  concat_ws(' ', sum(downloads), sum(huggingface), sum(requests))
FROM added GROUP BY repo_id, traffic, library, version
UNION ALL
SELECT 'country', repo_id, traffic, country, '',
  concat_ws(' ', sum(downloads), sum(huggingface), sum(requests))
FROM added GROUP BY repo_id, traffic, country
UNION ALL
SELECT 'sketch', repo_id, traffic, '', '', string_agg(slot * 64 + value, ' ')
FROM register GROUP BY repo_id, traffic)";

}  // namespace

stats::DuckdbScript recount_script(const LoggedDay& logged) {
  stats::DuckdbScript script;
  script.files = logged.whole;
  script.files.insert(script.files.end(), logged.begun.begin(), logged.begun.end());
  script.statements = {
      select_logged(logged), std::string(traffic_of),         std::string(client_of),
      std::string(judged),   sessions(logged.window_seconds), std::string(huggingface_sessions),
      std::string(added),    std::string(registers)};
  script.query = answer;
  return script;
}

}  // namespace kohaku::hub
