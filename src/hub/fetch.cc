#include "hub/fetch.h"

#include <cstdint>
#include <string_view>
#include <utility>

#include "hub/git_work.h"
#include "hub/ref_projection.h"
#include "os/log.h"

namespace kohaku::hub {

Task<Result<Fetch>> start_fetch(Hub& hub, RepoId repo, git::UploadPack what, int protocol,
                                std::optional<os::File> input) {
  auto slot = co_await hub.git_work->fetches.wait();
  auto command = CO_TRY(co_await hub.pool.run([&]() -> Result<os::ProcessOptions> {
    TRY(project_current_refs(hub, repo));
    return git::upload_pack_command(hub.repositories.directory(repo), what, protocol);
  }));
  auto process = CO_TRY(co_await os::PipedProcess::start(std::move(command), std::move(input)));
  co_return Fetch{std::move(slot), std::move(process)};
}

void log_fetch_end(const os::ProcessResult& result) {
  if (result.exit_status == 0) return;
  os::log_info("git upload-pack ended early",
               {{"status", static_cast<std::int64_t>(result.exit_status)},
                {"detail", std::string_view(result.errors).substr(0, 1000)}});
}

}  // namespace kohaku::hub
