#include "api/repo/like.h"

#include "hub/likes.h"

namespace kohaku::api {

Task<Result<LikeReply>> like(hub::SignedInWriter user, hub::ReadableRepo repo, Call& call) {
  const auto count = CO_TRY(co_await hub::like(call.hub, std::move(user), std::move(repo)));
  co_return LikeReply{.message = "Repository liked successfully", .likes_count = count};
}

Task<Result<LikeReply>> unlike(hub::SignedInWriter user, hub::ReadableRepo repo, Call& call) {
  const auto count = CO_TRY(co_await hub::unlike(call.hub, std::move(user), std::move(repo)));
  co_return LikeReply{.message = "Repository unliked successfully", .likes_count = count};
}

Task<Result<LikedReply>> is_liked(hub::ReadableRepo repo, Call& call) {
  const auto liked = CO_TRY(call.hub.database.read_now([&](db::Connection& connection) {
    return hub::has_liked(connection, repo.caller(), repo.repo().id);
  }));
  co_return LikedReply{liked};
}

}  // namespace kohaku::api
