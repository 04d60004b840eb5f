// Likes, in the seed's spelling and the one below /api.
#include <string>

#include "api/repo/like.h"
#include "api/repo/likers.h"
#include "api/routes.h"
#include "api/users/likes.h"

namespace kohaku::api {

void add_like_routes(Routes& routes) {
  for (const std::string prefix : {"/api", ""}) {
    routes.file("api/repo/like.cc")
        .post<&like>(prefix + "/{type}s/{repo}/like")
        .remove<&unlike>(prefix + "/{type}s/{repo}/like")
        .get<&is_liked>(prefix + "/{type}s/{repo}/like");
    routes.file("api/repo/likers.cc").get<&likers>(prefix + "/{type}s/{repo}/likers");
  }
  routes.file("api/users/likes.cc").get<&user_likes>("/api/users/{user}/likes");
}

}  // namespace kohaku::api
