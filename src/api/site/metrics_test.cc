#include "api/site/metrics.h"

#include <gtest/gtest.h>

#include <string>

namespace kohaku::api {
namespace {

http::Request from(std::string peer, std::string_view host = "localhost:28080") {
  http::Request request;
  request.peer_address = std::move(peer);
  request.headers.set("Host", host);
  return request;
}

http::Request with_authorization(std::string_view value) {
  auto request = from("203.0.113.9");
  request.headers.set("Authorization", value);
  return request;
}

TEST(Metrics, AreForThisMachine) {
  EXPECT_TRUE(may_read_metrics(from("127.0.0.1"), ""));
  EXPECT_TRUE(may_read_metrics(from("127.0.0.2", "127.0.0.2"), ""));
  EXPECT_TRUE(may_read_metrics(from("::1", "[::1]:28080"), ""));
  for (const auto* peer : {"203.0.113.9", "10.0.0.1", "::2", "2001:db8::1", ""}) {
    EXPECT_FALSE(may_read_metrics(from(peer), "")) << peer;
  }
}

TEST(Metrics, AreNotForWhoComesThroughAProxy) {
  auto request = from("127.0.0.1");
  request.forwarded = true;
  EXPECT_FALSE(may_read_metrics(request, ""));
}

TEST(Metrics, AreNotForAPageThatCallsThisMachineByAnotherName) {
  for (const auto* host : {"hub.example.com", "127.0.0.1.example.com", "localhost.example.com", "",
                           "127.example.com:28080", "[::2]", "10.0.0.1"}) {
    EXPECT_FALSE(may_read_metrics(from("127.0.0.1", host), "")) << host;
  }
}

TEST(Metrics, AreForWhoHasTheToken) {
  EXPECT_TRUE(may_read_metrics(with_authorization("Bearer secret"), "secret"));
  auto proxied = with_authorization("Bearer secret");
  proxied.forwarded = true;
  EXPECT_TRUE(may_read_metrics(proxied, "secret"));
  for (const auto* value :
       {"Bearer secre", "Bearer secrets", "Bearer ", "secret", "Basic secret"}) {
    EXPECT_FALSE(may_read_metrics(with_authorization(value), "secret")) << value;
  }
  EXPECT_FALSE(may_read_metrics(with_authorization("Bearer "), "")) << "no token is set";
}

}  // namespace
}  // namespace kohaku::api
