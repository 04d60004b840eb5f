#include "api/repo/lfs_files_batch.h"

#include <fmt/format.h>

#include "hub/lfs_removal.h"

namespace kohaku::api {
namespace {

Result<std::vector<Sha256>> parse_oids(const std::vector<std::string>& texts) {
  std::vector<Sha256> oids;
  oids.reserve(texts.size());
  for (const auto& text : texts) {
    const auto oid = Sha256::from_hex(text);
    if (!oid) {
      return fail(Code::bad_request, fmt::format("'{}' is not the fileOid of a large file.",
                                                 std::string_view(text).substr(0, 100)));
    }
    oids.push_back(*oid);
  }
  return oids;
}

}  // namespace

Task<Result<http::Reply>> change_lfs_files(hub::WritableRepo repo, Body<LfsFilesBatch> body,
                                           Call& call) {
  auto oids = CO_TRY(parse_oids(body->deletions.sha));
  const bool rewrite_history = body->deletions.rewriteHistory.value_or(true);
  if (!oids.empty()) {
    CO_TRY(co_await hub::remove_large_files(call.hub, std::move(repo), std::move(oids),
                                            rewrite_history));
  }
  co_return http::json_reply(200, R"({"success":true})");
}

}  // namespace kohaku::api
