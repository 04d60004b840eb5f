#include "api/repo/lfs_files_duplicate.h"

#include <fmt/format.h>

#include "hub/lfs_copies.h"
#include "xet/hash.h"

namespace kohaku::api {
namespace {

Result<hub::WritableRepo> open_target(Call& call, const DuplicateTarget& target) {
  const auto type = repo_type_from(target.type);
  if (!type) return fail(Code::bad_request, "'target.type' must be model, dataset or space.");
  const auto slash = target.name.find('/');
  if (slash == target.name.npos) {
    return fail(Code::bad_request, "'target.name' must be namespace/name.");
  }
  const RepoName name{target.name.substr(0, slash), target.name.substr(slash + 1)};
  return hub::Access(call.hub).writable(call.caller, *type, name);
}

// What is no hash at all is one that the source does not hold.
hub::WantedCopy parse_file(const DuplicateFile& file) {
  hub::WantedCopy wanted;
  if (file.sha256) wanted.sha256 = Sha256::from_hex(*file.sha256);
  else if (file.xetHash) wanted.xet_hash = xet::parse_hash(*file.xetHash);
  return wanted;
}

}  // namespace

Task<Result<DuplicateReply>> duplicate_lfs_files(hub::ReadableContent source,
                                                 Body<DuplicateRequest> body, Call& call) {
  auto target = CO_TRY(open_target(call, body->target));
  std::vector<hub::WantedCopy> wanted;
  wanted.reserve(body->files.size());
  for (const auto& file : body->files) wanted.push_back(parse_file(file));
  const auto name = source.repo().full_name();
  const auto copied = CO_TRY(co_await hub::copy_objects(call.hub, std::move(source),
                                                        std::move(target), std::move(wanted)));
  DuplicateReply reply;
  for (std::size_t i = 0; i < copied.size(); ++i) {
    if (copied[i]) continue;
    reply.failed.push_back(
        {body->files[i].sha256.value_or(""), fmt::format("'{}' does not hold this file.", name)});
  }
  co_return reply;
}

}  // namespace kohaku::api
