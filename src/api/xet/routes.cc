#include "api/routes.h"

#include <initializer_list>
#include <string>

#include "api/xet/chunks.h"
#include "api/xet/fetch.h"
#include "api/xet/reconstructions.h"
#include "api/xet/shards.h"
#include "api/xet/token.h"
#include "api/xet/unknown.h"
#include "api/xet/xorbs.h"

namespace kohaku::api {
namespace {

// The casUrl of all readers of a namespace, and that of one user.
constexpr std::initializer_list<const char*> cas_roots = {"/xet/{namespace}/{generation}",
                                                          "/xet/{namespace}/{generation}/{scope}"};

void add_cas(Routes& routes, const std::string& root) {
  routes.file("api/xet/xorbs.cc").own().post<&put_xorb>(root + "/v1/xorbs/{prefix}/{hash}");
  routes.file("api/xet/shards.cc")
      .own()
      .post<&put_shard>(root + "/shards")
      .post<&put_shard>(root + "/v1/shards")
      .post<&put_shard_telling>(root + "/v2/shards");
  routes.file("api/xet/chunks.cc").own().get<&query_chunk>(root + "/v1/chunks/{prefix}/{hash}");
  routes.file("api/xet/reconstructions.cc")
      .own()
      .counts(stats::Door::xet_reconstruction)
      .get<&reconstruct_v1>(root + "/v1/reconstructions/{hash}")
      .get<&reconstruct>(root + "/v2/reconstructions/{hash}");
}

}  // namespace

void add_xet_routes(Routes& routes) {
  routes.file("api/xet/token.cc")
      .get<&xet_write_token>("/api/{type}s/{repo}/xet-write-token/{rev...}")
      .counts(stats::Door::metadata)
      .get<&xet_read_token>("/api/{type}s/{repo}/xet-read-token/{rev...}");
  for (const auto* root : cas_roots) add_cas(routes, root);
  routes.file("api/xet/reconstructions.cc")
      .own()
      .counts(stats::Door::xet_reconstruction)
      .get<&reconstruct_v1>("/xet/v1/reconstructions/{hash}")
      .get<&reconstruct>("/xet/v2/reconstructions/{hash}");
  routes.file("api/xet/fetch.cc")
      .own()
      .counts(stats::Door::xet_fetch)
      .get<&fetch_xorb>("/xet/fetch/{hash}");
  routes.file("api/xet/unknown.cc")
      .own()
      .get<&unknown_xet_path>("/xet/{path...}")
      .post<&unknown_xet_path>("/xet/{path...}")
      .put<&unknown_xet_path>("/xet/{path...}")
      .patch<&unknown_xet_path>("/xet/{path...}")
      .remove<&unknown_xet_path>("/xet/{path...}");
}

}  // namespace kohaku::api
