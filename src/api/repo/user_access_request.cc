#include "api/repo/user_access_request.h"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <charconv>
#include <vector>

#include "api/paging.h"
#include "api/users/avatar.h"
#include "hub/access_requests.h"

namespace kohaku::api {
namespace {

constexpr std::size_t default_page = 100;
constexpr std::size_t largest_page = 1000;

// 24 hexadecimal digits, as every `_id` on this wire.
std::string request_id_text(hub::AccessRequestId id) { return fmt::format("{:024x}", id.value); }

// Nothing for what cannot be the id of any request.
std::optional<hub::AccessRequestId> parse_request_id(std::string_view text) {
  if (text.size() != 24) return std::nullopt;
  std::int64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, 16);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return hub::AccessRequestId{value};
}

AccessRequestItem describe(const Call& call, const hub::AccessRequest& request) {
  AccessRequestItem item;
  item.requestId = request_id_text(request.id);
  item.user.user = request.user;
  item.user.fullname = request.full_name.empty() ? request.user : request.full_name;
  if (request.email) item.user.email = *request.email;
  item.user.avatarUrl = user_avatar_url(call, request.user);
  item.status = to_string(request.status);
  item.timestamp = request.asked_at;
  if (request.reviewed_at) item.reviewedAt = *request.reviewed_at;
  if (request.reviewer && request.status == hub::AccessStatus::accepted) {
    item.grantedBy = ReviewerItem{*request.reviewer};
  }
  if (request.fields) {
    boost::system::error_code ignored;
    item.fields = boost::json::parse(*request.fields, ignored);
  }
  return item;
}

Result<hub::RequestedBy> read_requested_by(const HandleRequest& body) {
  if (body.user.has_value() == body.requestId.has_value()) {
    return fail(Code::bad_request, "Either 'user' or 'requestId' must be given, but not both.");
  }
  if (body.user) return hub::RequestedBy{.user = body.user, .id = {}};
  const auto id = parse_request_id(*body.requestId);
  if (!id) return fail(Code::not_found, "No access request found matching your criteria");
  return hub::RequestedBy{.user = {}, .id = id};
}

}  // namespace

Result<http::Reply> list_access_requests(const hub::RepoAdmin& repo, Call& call) {
  const auto status = hub::access_status_from(call.path.value("status"));
  if (!status) {
    return fail(Code::not_found, "Access requests are pending, accepted or rejected.");
  }
  const auto limit = TRY(page_limit(call, default_page, largest_page));
  const auto cursor = TRY(page_cursor(call));
  const auto page = TRY(hub::list_requests(call.hub, repo, *status, limit, cursor));
  std::vector<AccessRequestItem> items;
  items.reserve(page.requests.size());
  for (const auto& request : page.requests) items.push_back(describe(call, request));
  auto reply = http::json_reply(200, to_json(items));
  set_next_page(reply, call, page.next_cursor);
  return reply;
}

Task<Result<http::Reply>> handle_access_request(hub::RepoAdmin repo, Body<HandleRequest> body,
                                                Call& call) {
  const auto status = hub::access_status_from(body->status);
  if (!status) {
    co_return fail(Code::bad_request, "'status' must be accepted, rejected or pending.");
  }
  auto whose = CO_TRY(read_requested_by(*body));
  CO_TRY(co_await hub::review_request(call.hub, std::move(repo), std::move(whose), *status,
                                      body->rejectionReason));
  co_return http::json_reply(200, "{}");
}

Task<Result<http::Reply>> grant_access(hub::RepoAdmin repo, Body<GrantRequest> body, Call& call) {
  CO_TRY(co_await hub::grant_access(call.hub, std::move(repo), body->user));
  co_return http::json_reply(200, "{}");
}

}  // namespace kohaku::api
