#include "api/repos/new_repo_reply.h"

#include <fmt/format.h>

#include "api/json.h"

namespace kohaku::api {
namespace {

struct Refusal {
  std::string error;
  std::string detail;
  std::string url;
  std::string repo_id;
};
BOOST_DESCRIBE_STRUCT(Refusal, (), (error, detail, url, repo_id))

http::Reply already_exists(const Call& call, const RepoTarget& target, const Error& error) {
  const auto found =
      hub::Access(call.hub).readable(call.caller, target.type, {target.owner, target.name});
  const auto name = found ? found->repo().full_name() : target.owner + "/" + target.name;
  const auto url = fmt::format("{}/{}{}", call.base_url(), web_prefix(target.type), name);
  auto reply = http::error_reply(error);
  reply.body = to_json(Refusal{error.message, error.message, url, name});
  return reply;
}

}  // namespace

Result<RepoType> parse_type(const std::optional<std::string>& type) {
  const auto parsed = repo_type_from(type.value_or("model"));
  if (!parsed) return fail(Code::bad_request, "'type' must be model, dataset or space.");
  return *parsed;
}

Result<RepoTarget> parse_target(const hub::User& user, const std::string& name,
                                const std::optional<std::string>& organization, RepoType type) {
  RepoTarget target{type, organization.value_or(""), name};
  if (const auto slash = name.find('/'); slash != name.npos) {
    const auto owner = name.substr(0, slash);
    if (!target.owner.empty() && normalize_name(target.owner) != normalize_name(owner)) {
      return fail(Code::bad_request, "'name' and 'organization' name two different namespaces.");
    }
    target.owner = owner;
    target.name = name.substr(slash + 1);
  }
  if (target.owner.empty()) target.owner = user.name;
  TRY(check_name(target.owner));
  TRY(check_name(target.name));
  return target;
}

Result<std::optional<bool>> parse_private(const std::optional<std::string>& visibility,
                                          std::optional<bool> make_private) {
  if (!visibility) return make_private;
  if (*visibility == "public") return false;
  if (*visibility == "private") return true;
  return fail(Code::bad_request, "'visibility' must be public or private.");
}

Result<http::Reply> new_repo_reply(const Call& call, const RepoTarget& target,
                                   const Result<hub::Repo>& made) {
  if (!made && made.error().code == Code::repo_exists) {
    return already_exists(call, target, made.error());
  }
  if (!made) return std::unexpected(made.error());
  const auto name = made->full_name();
  return http::json_reply(200, to_json(CreatedRepo{call.repo_url(*made), name, name, name}));
}

}  // namespace kohaku::api
