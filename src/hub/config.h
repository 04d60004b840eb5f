// What an operator can set, read once at start from KOHAKU_HUB_… and the command line.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "os/files.h"

namespace kohaku::hub {

struct Config {
  std::string host = "0.0.0.0";
  std::uint16_t port = 28080;
  os::Path data_dir = "data";
  std::string base_url;  // empty: the request's own scheme and Host; no trailing slash
  std::string site_name = "KohakuHub";
  std::vector<std::string> trusted_proxies;

  std::uint64_t lfs_threshold_bytes = 10'000'000;
  std::uint64_t lfs_multipart_threshold_bytes = 100'000'000;
  std::uint64_t lfs_multipart_chunk_size_bytes = 50'000'000;
  std::int64_t lfs_keep_versions = 5;
  bool lfs_auto_gc = false;

  // What a namespace may hold unless the operator says otherwise; 0: as much as there is room for.
  std::uint64_t user_private_quota_bytes = 0;
  std::uint64_t user_public_quota_bytes = 0;
  std::uint64_t org_private_quota_bytes = 0;
  std::uint64_t org_public_quota_bytes = 0;

  std::uint32_t git_processes = 16;  // git programs that answer fetches at once; pushes: half of it
  std::uint64_t git_push_bytes = std::uint64_t{4} << 30U;  // of one push

  bool statistics = true;                      // whether downloads are counted and logged
  std::int64_t download_window_seconds = 900;  // of a download session; a divisor of 86,400
  std::int64_t download_session_days = 7;      // how long sessions are known after their time
  os::Path geoip_db;                           // an MMDB file; empty: countries stay unknown
  std::int64_t access_log_days = 90;           // how long request-level logs are kept; 0: none
  std::uint64_t access_log_bytes = std::uint64_t{10} << 30U;  // and how much of them
  os::Path duckdb;      // its library; empty: beside the program (stats/duckdb.h)
  os::Path clock_file;  // for tests: 8 bytes, the time in microseconds; empty: the system's clock

  bool require_email_verification = false;
  bool invitation_only = false;
  std::int64_t session_expire_hours = 168;
  std::int64_t token_expire_days = 365;
  std::string admin_secret_token;
  std::string metrics_token;  // who has it may read /metrics from anywhere; empty: nobody

  struct Smtp {
    bool enabled = false;
    std::string host = "localhost";
    std::uint16_t port = 587;
    std::string username;
    std::string password;
    std::string from;
    bool tls = true;
  } smtp;

  std::string log_level = "INFO";
  std::string log_format = "text";
};

}  // namespace kohaku::hub
