#include "api/users/likes.h"

#include <string>
#include <vector>

#include "api/paging.h"
#include "hub/accounts.h"
#include "hub/likes.h"

namespace kohaku::api {
namespace {

constexpr std::size_t default_page = 100;
constexpr std::size_t largest_page = 1000;

}  // namespace

Result<http::Reply> user_likes(const hub::Anyone& anyone, Call& call) {
  const auto limit = TRY(page_limit(call, default_page, largest_page));
  const auto cursor = TRY(page_cursor(call));
  const auto page =
      TRY(call.hub.database.read_now([&](db::Connection& connection) -> Result<hub::LikedPage> {
        const auto user = TRY(hub::require_user(connection, call.path.value("user")));
        return hub::list_liked(connection, anyone.caller(), user.id, limit, cursor);
      }));
  std::vector<UserLike> likes;
  likes.reserve(page.repos.size());
  for (const auto& liked : page.repos) {
    likes.push_back({liked.liked_at, {liked.full_name, std::string(to_string(liked.type))}});
  }
  auto reply = http::json_reply(200, to_json(likes));
  reply.headers.set("X-Total-Count", std::to_string(page.total));
  set_next_page(reply, call, page.next_cursor);
  return reply;
}

}  // namespace kohaku::api
