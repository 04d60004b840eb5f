#include "api/xet/unknown.h"

namespace kohaku::api {

Task<Result<http::Reply>> unknown_xet_path(hub::Anyone, Call&) {
  co_return fail(Code::not_found, "There is nothing at this address.");
}

}  // namespace kohaku::api
