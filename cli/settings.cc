#include "cli/settings.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <filesystem>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "os/files.h"

namespace kohaku::cli {
namespace {

namespace json = boost::json;

constexpr std::uint64_t largest_file = 1024 * 1024;

// A value and where it came from.
struct Found {
  std::string value;
  std::string origin;
};

std::string trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\r\n";
  const auto first = text.find_first_not_of(space);
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(space) - first + 1));
}

// Empty when there is no such file.
Result<std::string> read_if_there(const os::Path& path) {
  if (path.empty() || !os::exists(path)) return std::string();
  auto text = os::read_whole(path, largest_file);
  if (text) return text;
  return fail(Code::unprocessable, fmt::format("{} cannot be read.", path.string()));
}

os::Path config_path(const Environment& environment) {
  const auto home = environment("HOME").value_or("");
  return home.empty() ? os::Path() : os::Path(home) / ".kohub" / "config.json";
}

Result<json::object> read_config(const os::Path& path) {
  const auto text = TRY(read_if_there(path));
  if (text.empty()) return json::object();
  json::error_code error;
  auto value = json::parse(text, error);
  if (error || !value.is_object()) {
    return fail(Code::unprocessable, fmt::format("{} is not a JSON object.", path.string()));
  }
  return std::move(value.get_object());
}

Result<Found> configured(const json::object& config, std::string_view name, const os::Path& path) {
  const auto* value = config.if_contains(name);
  if (value == nullptr || value->is_null()) return Found{};
  const auto* text = value->if_string();
  if (text == nullptr) {
    return fail(Code::unprocessable, fmt::format("'{}' in {} is not text.", name, path.string()));
  }
  return Found{trimmed(*text), path.string()};
}

os::Path login_token_path(const Environment& environment) {
  const auto variable = [&](const char* name) { return environment(name).value_or(""); };
  if (const auto path = variable("HF_TOKEN_PATH"); !path.empty()) return path;
  if (const auto home = variable("HF_HOME"); !home.empty()) return os::Path(home) / "token";
  if (const auto cache = variable("XDG_CACHE_HOME"); !cache.empty()) {
    return os::Path(cache) / "huggingface" / "token";
  }
  if (const auto home = variable("HOME"); !home.empty()) {
    return os::Path(home) / ".cache" / "huggingface" / "token";
  }
  return {};
}

Found first_given(std::vector<Found> candidates) {
  for (auto& candidate : candidates) {
    candidate.value = trimmed(candidate.value);
    if (!candidate.value.empty()) return std::move(candidate);
  }
  return {};
}

// Nothing when the part is absent.
std::string url_part(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK || text == nullptr) return {};
  const std::unique_ptr<char, decltype(&curl_free)> owner(text, curl_free);
  return text;
}

// Its value is not shown when it holds a password.
Result<std::string> check_endpoint(const Found& found) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url(curl_url(), curl_url_cleanup);
  const bool is_url = curl_url_set(url.get(), CURLUPART_URL, found.value.c_str(), 0) == CURLUE_OK;
  const auto scheme = is_url ? url_part(url.get(), CURLUPART_SCHEME) : "";
  if (!url_part(url.get(), CURLUPART_USER).empty() ||
      !url_part(url.get(), CURLUPART_PASSWORD).empty()) {
    return fail(Code::unprocessable,
                fmt::format("The endpoint ({}) must not hold a name or password; use a token.",
                            found.origin));
  }
  if ((scheme != "http" && scheme != "https") ||
      found.value.find_first_of("?# ") != std::string::npos) {
    return fail(Code::unprocessable,
                fmt::format("'{}' ({}) is not an endpoint; write one like http://localhost:28080.",
                            found.value, found.origin));
  }
  return found.value.substr(0, found.value.find_last_not_of('/') + 1);
}

Result<> check_token(const Found& token) {
  const auto can_be_sent = [](char c) { return c > 0x20 && c < 0x7f; };
  if (std::ranges::all_of(token.value, can_be_sent)) return {};
  return fail(Code::unprocessable,
              fmt::format("The token ({}) holds characters that no token has.", token.origin));
}

}  // namespace

Result<Settings> read_settings(const GivenSettings& given, const Environment& environment) {
  const auto path = config_path(environment);
  const auto config = TRY(read_config(path));
  const auto endpoint = first_given({{given.endpoint, "--endpoint"},
                                     {environment("HF_ENDPOINT").value_or(""), "HF_ENDPOINT"},
                                     TRY(configured(config, "endpoint", path)),
                                     {"http://localhost:28080", "default"}});
  auto token = first_given({{given.token, "--token"},
                            {environment("HF_TOKEN").value_or(""), "HF_TOKEN"},
                            TRY(configured(config, "token", path))});
  if (token.value.empty()) {
    const auto login = login_token_path(environment);
    token = {trimmed(TRY(read_if_there(login))), login.string()};
  }
  TRY(check_token(token));
  return Settings{TRY(check_endpoint(endpoint)), std::move(token.value), std::move(token.origin)};
}

}  // namespace kohaku::cli
