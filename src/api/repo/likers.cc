#include "api/repo/likers.h"

#include <cstdint>
#include <vector>

#include "api/paging.h"
#include "api/users/avatar.h"
#include "hub/likes.h"

namespace kohaku::api {
namespace {

constexpr std::size_t default_page = 100;
constexpr std::size_t largest_page = 1000;

struct LikersReply {
  std::vector<LikerItem> likers;
  std::int64_t total = 0;
};
BOOST_DESCRIBE_STRUCT(LikersReply, (), (likers, total))

LikerItem describe(const Call& call, const hub::Liker& liker) {
  const auto& shown = liker.full_name.empty() ? liker.name : liker.full_name;
  return {.user = liker.name,
          .username = liker.name,
          .fullname = shown,
          .full_name = shown,
          .avatarUrl = user_avatar_url(call, liker.name)};
}

}  // namespace

bool wants_bare_likers(const http::Request& request) {
  return request.headers.get("User-Agent").find("hf_hub/") != std::string_view::npos;
}

Result<http::Reply> likers(const hub::ReadableRepo& repo, Call& call) {
  const auto limit = TRY(page_limit(call, default_page, largest_page));
  const auto cursor = TRY(page_cursor(call));
  const auto page = TRY(call.hub.database.read_now([&](db::Connection& connection) {
    return hub::list_likers(connection, repo.repo().id, limit, cursor);
  }));
  LikersReply found{.likers = {}, .total = page.total};
  for (const auto& liker : page.likers) found.likers.push_back(describe(call, liker));
  const bool bare = wants_bare_likers(call.request);
  auto reply = http::json_reply(200, bare ? to_json(found.likers) : to_json(found));
  reply.headers.set("Vary", "User-Agent");
  set_next_page(reply, call, page.next_cursor);
  return reply;
}

}  // namespace kohaku::api
