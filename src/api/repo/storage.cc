#include "api/repo/storage.h"

#include "hub/storage_report.h"

namespace kohaku::api {

Result<StorageReply> show_storage(const hub::ReadableContent& readable, Call& call) {
  const auto report = TRY(hub::report_storage(call.hub, readable));
  return StorageReply{report.objects,
                      report.named_bytes,
                      report.stored_bytes,
                      report.git_bytes,
                      report.shared_with_revisions_bytes,
                      report.shared_with_repositories_bytes};
}

}  // namespace kohaku::api
