#include "api/settings/repositories.h"

#include <string>
#include <vector>

#include "api/json.h"
#include "api/paging.h"
#include "hub/storage_use.h"

namespace kohaku::api {
namespace {

struct StorageItem {
  std::string id;
  std::string type;
  Micros updatedAt;
  std::string visibility;
  std::uint64_t storage = 0;
  double storagePercent = 0;  // of the whole namespace
};
BOOST_DESCRIBE_STRUCT(StorageItem, (), (id, type, updatedAt, visibility, storage, storagePercent))

double percent(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

Result<http::Reply> answer(const hub::SignedIn& user, Call& call, std::string_view name) {
  const auto cursor = TRY(page_cursor(call));
  const auto page = TRY(hub::list_storage(call.hub, user, name, cursor));
  std::vector<StorageItem> items;
  items.reserve(page.repos.size());
  for (const auto& repo : page.repos) {
    items.push_back({repo.full_name, std::string(to_string(repo.type)), repo.updated_at,
                     repo.private_ ? "private" : "public", repo.bytes,
                     percent(repo.bytes, page.namespace_bytes)});
  }
  auto reply = http::json_reply(200, to_json(items));
  set_next_page(reply, call, page.next_cursor);
  return reply;
}

}  // namespace

Result<http::Reply> list_own_storage(const hub::SignedIn& user, Call& call) {
  return answer(user, call, user.user().name);
}

Result<http::Reply> list_organization_storage(const hub::SignedIn& user, Call& call) {
  return answer(user, call, call.path.value("org"));
}

}  // namespace kohaku::api
