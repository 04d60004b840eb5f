#include "api/call.h"

#include <fmt/format.h>

#include <charconv>

#include "base/encoding.h"
#include "base/repo_path.h"

namespace kohaku::api {
namespace {

// A missing repository may be a private one, and must look like it.
bool might_sign_in_help(Code code) {
  return code == Code::repo_not_found || code == Code::unauthorized ||
         code == Code::bad_credentials || code == Code::gated_repo_anonymous;
}

}  // namespace

Query::Query(std::string_view raw) : fields_(parse_form(raw)) {}

std::optional<std::string> Query::text(std::string_view name) const {
  for (const auto& [field, value] : fields_) {
    if (field == name) return value;
  }
  return std::nullopt;
}

std::vector<std::string> Query::list(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [field, value] : fields_) {
    std::string_view bare = field;
    if (bare.ends_with("[]")) bare.remove_suffix(2);
    if (bare == name) values.push_back(value);
  }
  return values;
}

bool Query::has(std::string_view name) const { return text(name).has_value(); }

Result<bool> Query::boolean(std::string_view name, bool otherwise) const {
  const auto value = text(name);
  if (!value) return otherwise;
  if (*value == "true" || *value == "True" || *value == "1" || value->empty()) return true;
  if (*value == "false" || *value == "False" || *value == "0") return false;
  return fail(Code::bad_request, fmt::format("'{}' must be true or false.", name));
}

Result<std::int64_t> Query::integer(std::string_view name, std::int64_t otherwise,
                                    std::int64_t least, std::int64_t most) const {
  const auto value = text(name);
  if (!value) return otherwise;
  std::int64_t number = 0;
  const auto* end = value->data() + value->size();
  const auto [stop, error] = std::from_chars(value->data(), end, number);
  if (error != std::errc{} || stop != end || number < least || number > most) {
    return fail(Code::bad_request,
                fmt::format("'{}' must be a whole number from {} to {}.", name, least, most));
  }
  return number;
}

std::string_view PathMatch::value(std::string_view name) const {
  for (const auto& [place, text] : values) {
    if (place == name) return text;
  }
  return {};
}

std::string PathMatch::rest_path() const { return join_path(rest); }

std::string Call::base_url() const {
  if (!hub.config.base_url.empty()) return hub.config.base_url;
  // The server strips forwarded headers that no trusted proxy set.
  auto scheme = request.headers.get("X-Forwarded-Proto");
  if (scheme != "https") scheme = "http";
  auto host = request.headers.get("X-Forwarded-Host");
  if (host.empty()) host = request.headers.get("Host");
  if (host.empty()) host = "localhost";
  return fmt::format("{}://{}", scheme, host);
}

http::Reply Call::refuse(const Error& error) const {
  auto reply = manner.tell(error);
  if (manner.asks_for_credentials && !caller.user && might_sign_in_help(error.code)) {
    reply.status = code_entry(Code::unauthorized).status;
    reply.headers.set("WWW-Authenticate", "Basic realm=\"KohakuHub\"");
  }
  return reply;
}

std::string Call::repo_url(const hub::Repo& repo) const {
  return fmt::format("{}/{}{}", base_url(), web_prefix(repo.type), repo.full_name());
}

}  // namespace kohaku::api
