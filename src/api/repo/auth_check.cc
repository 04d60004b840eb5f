#include "api/repo/auth_check.h"

namespace kohaku::api {

Result<AuthCheckReply> check_read_access(const hub::ReadableContent& /*repo*/) {
  return AuthCheckReply{};
}

Result<AuthCheckReply> check_write_access(const hub::WritableRepo& /*repo*/) {
  return AuthCheckReply{};
}

}  // namespace kohaku::api
