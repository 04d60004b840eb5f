#include "app/options.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <limits>
#include <string_view>

#include "os/log.h"

namespace kohaku::app {
namespace {

// Reads typed values and remembers the first one that could not be read.
class Reader {
 public:
  explicit Reader(const Environment& environment) : environment_(environment) {}

  void text(std::string_view name, std::string& value) {
    if (auto found = environment_(variable(name))) value = std::move(*found);
  }

  void path(std::string_view name, os::Path& value) {
    if (auto found = environment_(variable(name)); found && !found->empty()) value = *found;
  }

  template <class Number>
  void number(std::string_view name, Number& value, Number least, Number most) {
    const auto found = environment_(variable(name));
    if (!found || found->empty()) return;
    Number parsed{};
    const auto* end = found->data() + found->size();
    const auto [stop, error] = std::from_chars(found->data(), end, parsed);
    if (error != std::errc{} || stop != end || parsed < least || parsed > most) {
      refuse(name, fmt::format("must be a whole number from {} to {}", least, most));
    } else {
      value = parsed;
    }
  }

  void boolean(std::string_view name, bool& value) {
    const auto found = environment_(variable(name));
    if (!found || found->empty()) return;
    if (*found == "true" || *found == "1" || *found == "True" || *found == "yes") value = true;
    else if (*found == "false" || *found == "0" || *found == "False" || *found == "no")
      value = false;
    else refuse(name, "must be true or false");
  }

  void list(std::string_view name, std::vector<std::string>& values) {
    const auto found = environment_(variable(name));
    if (!found) return;
    std::string_view text = *found;
    while (!text.empty()) {
      const auto end = std::min(text.find(','), text.size());
      if (end > 0) values.emplace_back(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  void refuse(std::string_view name, std::string_view why) {
    if (problem_.empty()) problem_ = fmt::format("{} {}.", variable(name), why);
  }

  Result<> result() const {
    if (problem_.empty()) return {};
    return fail(Code::bad_request, problem_);
  }

 private:
  static std::string variable(std::string_view name) { return fmt::format("KOHAKU_HUB_{}", name); }

  const Environment& environment_;
  std::string problem_;
};

void read_smtp(Reader& reader, hub::Config::Smtp& smtp) {
  reader.boolean("SMTP_ENABLED", smtp.enabled);
  reader.text("SMTP_HOST", smtp.host);
  reader.number<std::uint16_t>("SMTP_PORT", smtp.port, 1, 65535);
  reader.text("SMTP_USERNAME", smtp.username);
  reader.text("SMTP_PASSWORD", smtp.password);
  reader.text("SMTP_FROM", smtp.from);
  reader.boolean("SMTP_TLS", smtp.tls);
}

void read_lfs(Reader& reader, hub::Config& config) {
  constexpr std::uint64_t tebibyte = 1ULL << 40U;
  reader.number<std::uint64_t>("LFS_THRESHOLD_BYTES", config.lfs_threshold_bytes, 1, tebibyte);
  reader.number<std::uint64_t>("LFS_MULTIPART_THRESHOLD_BYTES",
                               config.lfs_multipart_threshold_bytes, 1, tebibyte);
  reader.number<std::uint64_t>("LFS_MULTIPART_CHUNK_SIZE_BYTES",
                               config.lfs_multipart_chunk_size_bytes, 1024, 5ULL << 30U);
  reader.number<std::int64_t>("LFS_KEEP_VERSIONS", config.lfs_keep_versions, 2, 1'000'000);
  reader.boolean("LFS_AUTO_GC", config.lfs_auto_gc);
}

void read_quotas(Reader& reader, hub::Config& config) {
  constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  const auto quota = [&](std::string_view name, std::uint64_t& bytes) {
    reader.number<std::uint64_t>(name, bytes, 0, most);
  };
  quota("DEFAULT_USER_PRIVATE_QUOTA_BYTES", config.user_private_quota_bytes);
  quota("DEFAULT_USER_PUBLIC_QUOTA_BYTES", config.user_public_quota_bytes);
  quota("DEFAULT_ORG_PRIVATE_QUOTA_BYTES", config.org_private_quota_bytes);
  quota("DEFAULT_ORG_PUBLIC_QUOTA_BYTES", config.org_public_quota_bytes);
}

void read_git(Reader& reader, hub::Config& config) {
  reader.number<std::uint32_t>("GIT_PROCESSES", config.git_processes, 1, 1000);
  reader.number<std::uint64_t>("GIT_PUSH_BYTES", config.git_push_bytes, 1, 1ULL << 40U);
}

void read_statistics(Reader& reader, hub::Config& config) {
  reader.boolean("STATISTICS", config.statistics);
  reader.number<std::int64_t>("DOWNLOAD_WINDOW_SECONDS", config.download_window_seconds, 1, 86'400);
  if (86'400 % config.download_window_seconds != 0) {
    reader.refuse("DOWNLOAD_WINDOW_SECONDS", "must divide a day of 86,400 seconds");
  }
  reader.number<std::int64_t>("DOWNLOAD_SESSION_DAYS", config.download_session_days, 1, 365);
  reader.path("GEOIP_DB", config.geoip_db);
  reader.number<std::int64_t>("ACCESS_LOG_DAYS", config.access_log_days, 0, 36'500);
  reader.number<std::uint64_t>("ACCESS_LOG_BYTES", config.access_log_bytes, 1 << 20U, 1ULL << 50U);
  reader.path("DUCKDB", config.duckdb);
  reader.path("CLOCK_FILE", config.clock_file);
}

Result<> check_backend(const Environment& environment) {
  const auto backend = environment("KOHAKU_HUB_DB_BACKEND");
  if (backend && !backend->empty() && *backend != "sqlite") {
    return fail(Code::bad_request, "KOHAKU_HUB_DB_BACKEND: this build serves 'sqlite' only.");
  }
  return {};
}

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): before threads
    if (value == nullptr) return std::nullopt;
    return value;
  };
}

Result<hub::Config> read_config(const Environment& environment) {
  TRY(check_backend(environment));
  hub::Config config;
  Reader reader(environment);
  reader.text("HOST", config.host);
  reader.number<std::uint16_t>("PORT", config.port, 0, 65535);
  reader.path("DATA_DIR", config.data_dir);
  reader.text("BASE_URL", config.base_url);
  while (config.base_url.ends_with('/')) config.base_url.pop_back();
  reader.text("SITE_NAME", config.site_name);
  reader.list("TRUSTED_PROXIES", config.trusted_proxies);
  read_lfs(reader, config);
  read_quotas(reader, config);
  read_git(reader, config);
  read_statistics(reader, config);
  reader.boolean("REQUIRE_EMAIL_VERIFICATION", config.require_email_verification);
  reader.boolean("INVITATION_ONLY", config.invitation_only);
  reader.number<std::int64_t>("SESSION_EXPIRE_HOURS", config.session_expire_hours, 1, 87'600);
  reader.number<std::int64_t>("TOKEN_EXPIRE_DAYS", config.token_expire_days, 1, 36'500);
  reader.text("ADMIN_SECRET_TOKEN", config.admin_secret_token);
  reader.text("METRICS_TOKEN", config.metrics_token);
  read_smtp(reader, config.smtp);
  reader.text("LOG_LEVEL", config.log_level);
  reader.text("LOG_FORMAT", config.log_format);
  TRY(reader.result());
  if (config.require_email_verification && (!config.smtp.enabled || config.base_url.empty())) {
    return fail(Code::bad_request,
                "KOHAKU_HUB_REQUIRE_EMAIL_VERIFICATION needs KOHAKU_HUB_SMTP_ENABLED=true and "
                "KOHAKU_HUB_BASE_URL, since mails carry links.");
  }
  return config;
}

}  // namespace kohaku::app
