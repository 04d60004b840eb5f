#include "api/repo/lfs_files.h"

#include <vector>

#include "api/paging.h"
#include "hub/large_files.h"

namespace kohaku::api {
namespace {

constexpr std::size_t largest_page = 1000;

}  // namespace

Result<http::Reply> list_lfs_files(const hub::WritableRepo& writable, Call& call) {
  const auto limit = TRY(page_limit(call, largest_page, largest_page));
  const auto cursor = TRY(page_cursor(call));
  const auto page = TRY(hub::list_large_files(call.hub, writable.repo(), limit, cursor));
  std::vector<LfsFileItem> items;
  items.reserve(page.files.size());
  for (const auto& file : page.files) {
    items.push_back({file.sha256, file.path, file.sha256, file.committed_at, file.ref, file.size});
  }
  auto reply = http::json_reply(200, to_json(items));
  set_next_page(reply, call, page.next_cursor);
  return reply;
}

}  // namespace kohaku::api
