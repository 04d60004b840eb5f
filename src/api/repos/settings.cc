#include "api/repos/settings.h"

#include <boost/json/object.hpp>
#include <limits>

#include "api/json.h"
#include "hub/lfs_settings.h"
#include "hub/repositories.h"

namespace kohaku::api {
namespace {

constexpr std::uint64_t most_body_bytes = 64 * 1024;

std::unexpected<Error> wrong(std::string_view field, std::string_view wanted) {
  return fail(Code::bad_request,
              std::string("'") + std::string(field) + "' must be " + std::string(wanted) + ".");
}

Result<> read_private(const boost::json::object& in, hub::RepoSettings& out) {
  if (const auto* value = in.if_contains("private"); value != nullptr && !value->is_null()) {
    if (!value->is_bool()) return wrong("private", "true or false");
    out.private_ = value->get_bool();
  }
  if (const auto* value = in.if_contains("visibility"); value != nullptr && !value->is_null()) {
    if (*value == "public") out.private_ = false;
    else if (*value == "private") out.private_ = true;
    else return wrong("visibility", "public or private");
  }
  return {};
}

// The client sends false, "auto" or "manual".
Result<> read_gated(const boost::json::object& in, hub::RepoSettings& out) {
  const auto* value = in.if_contains("gated");
  if (value == nullptr || value->is_null()) return {};
  if (value->is_bool() && !value->get_bool()) out.gated = "false";
  else if (value->is_string()) out.gated = std::string(value->get_string());
  else return wrong("gated", "auto, manual or false");
  return {};
}

Result<> read_number(const boost::json::object& in, std::string_view field,
                     std::optional<std::optional<std::int64_t>>& out) {
  const auto* value = in.if_contains(field);
  if (value == nullptr) return {};
  out.emplace();
  if (value->is_null()) return {};
  if (!value->is_int64()) return wrong(field, "a whole number or null");
  *out = value->get_int64();
  return {};
}

Result<> read_suffixes(const boost::json::object& in, hub::RepoSettings& out) {
  const auto* value = in.if_contains("lfs_suffix_rules");
  if (value == nullptr) return {};
  out.lfs_suffix_rules.emplace();
  if (value->is_null()) return {};
  if (!value->is_array()) return wrong("lfs_suffix_rules", "a list of suffixes or null");
  auto& suffixes = out.lfs_suffix_rules->emplace();
  for (const auto& item : value->get_array()) {
    if (!item.is_string()) return wrong("lfs_suffix_rules", "a list of suffixes or null");
    suffixes.emplace_back(item.get_string());
  }
  return {};
}

Result<hub::RepoSettings> read_settings(std::string_view text) {
  const auto value = TRY(parse_json(text));
  if (!value.is_object()) return wrong("The body", "an object");
  const auto& in = value.get_object();
  hub::RepoSettings settings;
  TRY(read_private(in, settings));
  TRY(read_gated(in, settings));
  TRY(read_number(in, "lfs_threshold_bytes", settings.lfs_threshold_bytes));
  TRY(read_number(in, "lfs_keep_versions", settings.lfs_keep_versions));
  TRY(read_suffixes(in, settings));
  return settings;
}

}  // namespace

Task<Result<http::Reply>> change_repo_settings(hub::RepoAdmin repo, Call& call) {
  const auto text = CO_TRY(co_await http::read_text(*call.request.body, most_body_bytes));
  auto settings = CO_TRY(read_settings(text));
  CO_TRY(co_await hub::change_settings(call.hub, repo, std::move(settings)));
  co_return http::json_reply(200, R"({"success":true,"message":"Settings updated."})");
}

Result<LfsSettingsReply> show_lfs_settings(const hub::ReadableRepo& repo, hub::Hub& hub) {
  const auto settings = hub::lfs_settings(hub.config, repo.repo());
  const auto source = [](bool own) { return own ? "repository" : "server_default"; };
  LfsSettingsReply reply;
  reply.lfs_threshold_bytes = repo.repo().lfs_threshold_bytes;
  reply.lfs_threshold_bytes_effective = settings.threshold_bytes;
  reply.lfs_threshold_bytes_source = source(settings.own_threshold);
  reply.lfs_keep_versions = repo.repo().lfs_keep_versions;
  reply.lfs_keep_versions_effective = settings.keep_versions;
  reply.lfs_keep_versions_source = source(settings.own_keep_versions);
  if (settings.has_own_suffixes) reply.lfs_suffix_rules = settings.own_suffixes;
  reply.lfs_suffix_rules_effective = settings.suffixes;
  reply.lfs_suffix_rules_source = settings.has_own_suffixes ? "merged" : "server_default";
  const auto defaults = hub::default_lfs_suffixes();
  reply.server_defaults = {hub.config.lfs_threshold_bytes,
                           hub.config.lfs_keep_versions,
                           {defaults.begin(), defaults.end()}};
  return reply;
}

}  // namespace kohaku::api
