#include "api/site/check_name.h"

#include "hub/name_check.h"

namespace kohaku::api {
namespace {

Result<hub::NameCheck> check(db::Connection& connection, const hub::Caller& caller,
                             const CheckNameRequest& request) {
  if (!request.namespace_ || request.namespace_->empty()) {
    return hub::check_account_name(connection, request.name);
  }
  const auto type = repo_type_from(request.type.value_or("model"));
  if (!type) return fail(Code::bad_request, "The type must be 'model', 'dataset' or 'space'.");
  return hub::check_repo_name(connection, caller, *type, {*request.namespace_, request.name});
}

}  // namespace

Result<CheckNameReply> check_name(const hub::Anyone& anyone, hub::Hub& hub,
                                  const Body<CheckNameRequest>& body) {
  auto found = TRY(hub.database.read_now(
      [&](auto& connection) { return check(connection, anyone.caller(), *body); }));
  return CheckNameReply{found.available, std::move(found.normalized_name),
                        std::move(found.conflict_with), std::move(found.message)};
}

}  // namespace kohaku::api
