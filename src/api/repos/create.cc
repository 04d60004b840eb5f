#include "api/repos/create.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/repo_path.h"
#include "hub/repositories.h"

namespace kohaku::api {
namespace {

struct Target {
  RepoType type = RepoType::model;
  std::string owner;
  std::string name;
};

Result<RepoType> parse_type(const std::optional<std::string>& type) {
  const auto parsed = repo_type_from(type.value_or("model"));
  if (!parsed) return fail(Code::bad_request, "'type' must be model, dataset or space.");
  return *parsed;
}

// The namespace is the organization given, else what stands before the slash, else the caller's.
Result<Target> parse_target(const hub::User& user, const std::string& name,
                            const std::optional<std::string>& organization,
                            const std::optional<std::string>& type) {
  Target target{TRY(parse_type(type)), organization.value_or(""), name};
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

Result<bool> parse_private(const CreateRepo& wanted) {
  if (!wanted.visibility) return wanted.private_.value_or(false);
  if (*wanted.visibility == "public") return false;
  if (*wanted.visibility == "private") return true;
  return fail(Code::bad_request, "'visibility' must be public or private.");
}

Result<std::vector<hub::InitialFile>> initial_files(const CreateRepo& wanted) {
  std::vector<hub::InitialFile> files;
  if (wanted.license) {
    // JSON text is a valid YAML scalar, whatever the licence's name holds.
    files.push_back({"README.md", fmt::format("---\nlicense: {}\n---\n", to_json(*wanted.license))});
  }
  for (const auto& file : wanted.files.value_or(std::vector<CreateFile>{})) {
    auto content = file.content;
    if (file.encoding.value_or("base64") == "base64") {
      auto decoded = base64_decode(file.content);
      if (!decoded) return fail(Code::bad_request, fmt::format("'{}' is not valid base64.", file.path));
      content = std::move(*decoded);
    }
    const auto path = TRY(RepoPath::parse(file.path)).text();
    std::erase_if(files, [&](const auto& other) { return other.path == path; });
    files.push_back({path, std::move(content)});
  }
  return files;
}

CreatedRepo created(const Call& call, const hub::Repo& repo) {
  return {call.repo_url(repo), repo.full_name(), repo.full_name(), repo.full_name()};
}

// The refusal, with the address of what is in the way when the caller may see it.
http::Reply already_exists(const Call& call, const hub::Caller& caller, const Target& target,
                           const Error& error) {
  const auto found = hub::Access(call.hub).readable(caller, target.type, {target.owner, target.name});
  const auto name = found ? found->repo().full_name() : target.owner + "/" + target.name;
  const auto url = fmt::format("{}/{}{}", call.base_url(), web_prefix(target.type), name);
  std::string json;
  JsonWriter writer(json);
  writer.begin_object();
  writer.field("error", error.message);
  writer.field("url", url);
  writer.field("repo_id", name);
  writer.end_object();
  auto reply = http::error_reply(error);
  reply.body = std::move(json);
  return reply;
}

}  // namespace

Task<Result<http::Reply>> create_repo(hub::SignedInWriter user, Call& call, Body<CreateRepo> wanted) {
  const auto target = CO_TRY(parse_target(user.user(), wanted->name, wanted->organization, wanted->type));
  const hub::Access access(call.hub);
  const auto owner = CO_TRY(access.namespace_writer(user.caller(), target.owner));
  hub::NewRepo repo{target.type, target.name, CO_TRY(parse_private(*wanted)), wanted->sdk,
                    CO_TRY(initial_files(*wanted))};
  const auto made = co_await hub::create_repository(call.hub, owner, std::move(repo));
  if (!made && made.error().code == Code::repo_exists) {
    co_return already_exists(call, user.caller(), target, made.error());
  }
  if (!made) co_return std::unexpected(made.error());
  co_return http::json_reply(200, to_json(created(call, *made)));
}

Task<Result<http::Reply>> delete_repo(hub::SignedInWriter user, Call& call, Body<DeleteRepo> named) {
  const auto target = CO_TRY(parse_target(user.user(), named->name, named->organization, named->type));
  const auto repo =
      CO_TRY(hub::Access(call.hub).repo_admin(user.caller(), target.type, {target.owner, target.name}));
  if (repo.repo().moved) {
    co_return fail(Code::repo_not_found,
                   fmt::format("Repository '{}/{}' was not found.", target.owner, target.name));
  }
  CO_TRY(co_await hub::delete_repository(call.hub, repo));
  co_return http::json_reply(
      200, fmt::format(R"({{"message":"Repository '{}' deleted."}})", repo.repo().full_name()));
}

Task<Result<http::Reply>> move_repo(hub::SignedInWriter user, Call& call, Body<MoveRepo> named) {
  const auto type = CO_TRY(parse_type(named->type));
  const auto from = CO_TRY(parse_repo_name(named->fromRepo));
  const auto to = CO_TRY(parse_repo_name(named->toRepo));
  const hub::Access access(call.hub);
  const auto repo = CO_TRY(access.repo_admin(user.caller(), type, from));
  const auto owner = CO_TRY(access.namespace_writer(user.caller(), to.owner));
  const auto moved = CO_TRY(co_await hub::move_repository(call.hub, repo, owner, to.name));
  std::string json;
  JsonWriter writer(json);
  writer.begin_object();
  writer.field("success", true);
  writer.field("url", call.repo_url(moved));
  writer.field("message", fmt::format("Repository moved to '{}'.", moved.full_name()));
  writer.end_object();
  co_return http::json_reply(200, std::move(json));
}

}  // namespace kohaku::api
