#include "api/repos/create.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/repos/new_repo_reply.h"
#include "base/encoding.h"
#include "base/repo_path.h"
#include "hub/repositories.h"

namespace kohaku::api {
namespace {

// A plain word as it is; anything else as JSON text, which YAML reads the same.
std::string yaml_scalar(const std::string& text) {
  const bool plain = !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.';
  });
  const bool is_word =
      plain && ((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z'));
  return is_word ? text : to_json(text);
}

Result<std::vector<hub::InitialFile>> initial_files(const CreateRepo& wanted) {
  std::vector<hub::InitialFile> files;
  if (wanted.license) {
    files.push_back(
        {"README.md", fmt::format("---\nlicense: {}\n---\n", yaml_scalar(*wanted.license))});
  }
  for (const auto& file : wanted.files.value_or(std::vector<CreateFile>{})) {
    auto content = file.content;
    if (file.encoding.value_or("base64") == "base64") {
      auto decoded = base64_decode(file.content);
      if (!decoded)
        return fail(Code::bad_request, fmt::format("'{}' is not valid base64.", file.path));
      content = std::move(*decoded);
    }
    const auto path = TRY(RepoPath::parse(file.path)).text();
    std::erase_if(files, [&](const auto& other) { return other.path == path; });
    files.push_back({path, std::move(content)});
  }
  return files;
}

}  // namespace

Task<Result<http::Reply>> create_repo(hub::SignedInWriter user, Call& call,
                                      Body<CreateRepo> wanted) {
  const auto type = CO_TRY(parse_type(wanted->type));
  const auto target = CO_TRY(parse_target(user.user(), wanted->name, wanted->organization, type));
  const auto owner = CO_TRY(hub::Access(call.hub).namespace_writer(user.caller(), target.owner));
  const auto make_private = CO_TRY(parse_private(wanted->visibility, wanted->private_));
  hub::NewRepo repo{type, target.name, make_private.value_or(false), wanted->sdk,
                    CO_TRY(initial_files(*wanted))};
  co_return new_repo_reply(call, target,
                           co_await hub::create_repository(call.hub, owner, std::move(repo)));
}

Task<Result<http::Reply>> delete_repo(hub::SignedInWriter user, Call& call,
                                      Body<DeleteRepo> named) {
  const auto type = CO_TRY(parse_type(named->type));
  const auto target = CO_TRY(parse_target(user.user(), named->name, named->organization, type));
  const auto repo = CO_TRY(
      hub::Access(call.hub).repo_admin(user.caller(), target.type, {target.owner, target.name}));
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
