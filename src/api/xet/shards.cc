#include "api/xet/shards.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "hub/xet_shard.h"
#include "os/log.h"

namespace kohaku::api {
namespace {

// A client gives up after 300 seconds without a line.
constexpr auto between_lines = std::chrono::seconds(15);

using Tell = std::function<Task<Result<>>(std::string line)>;

struct ValidatingEvent {
  std::string type = "validating";
  std::uint64_t verified = 0;
  std::uint64_t total = 0;
};
BOOST_DESCRIBE_STRUCT(ValidatingEvent, (), (type, verified, total))

struct CommittingEvent {
  std::string type = "committing";
  std::string stage = "syncing";
};
BOOST_DESCRIBE_STRUCT(CommittingEvent, (), (type, stage))

struct ResultEvent {
  std::string type = "result";
};
BOOST_DESCRIBE_STRUCT(ResultEvent, (), (type))

struct ErrorEvent {
  std::string type = "error";
  std::string message;
  bool retryable = false;
};
BOOST_DESCRIBE_STRUCT(ErrorEvent, (), (type, message, retryable))

template <class Event>
std::string line_of(const Event& event) {
  return to_json(event) + "\n";
}

// What a client may try again unaided.
bool is_passing(Code code) { return code == Code::unavailable || code == Code::internal; }

// One verification per user at a time.
Task<Result<>> verify(hub::Hub& hub, const hub::XetWriter& writer,
                      hub::ShardVerification& verification, Tell tell) {
  const auto turn = co_await hub.verifications->wait(writer.user().id);
  auto told = std::chrono::steady_clock::now();
  while (!CO_TRY(co_await hub.pool.run([&] { return verification.advance(); }))) {
    if (std::chrono::steady_clock::now() - told < between_lines) continue;
    CO_TRY(co_await tell(line_of(ValidatingEvent{.verified = verification.verified_bytes(),
                                                 .total = verification.total_bytes()})));
    told = std::chrono::steady_clock::now();
  }
  CO_TRY(co_await tell(line_of(CommittingEvent{})));
  co_return co_await verification.publish();
}

// A client that counts on what we do not have gets a new casUrl, so that its next try sends it all.
Task<Result<>> verify_and_publish(hub::Hub& hub, hub::XetWriter writer, hub::ArrivedShard shard,
                                  Tell tell) {
  hub::ShardVerification verification(hub, writer, shard);
  auto done = co_await verify(hub, writer, verification, std::move(tell));
  if (!done && verification.named_unknown_xorb()) {
    CO_TRY(co_await hub.database.write([&](db::Connection& connection) {
      return hub::raise_xet_generation(connection, writer.scope().namespace_id);
    }));
  }
  co_return done;
}

Task<Result<>> say_nothing(std::string) { co_return Result<>{}; }

void log_failure(const hub::XetWriter& writer, const std::string& request, const Error& error) {
  os::log_warning("A shard was refused",
                  {{"request", std::string_view(request)},
                   {"repository", std::string_view(writer.repository().full_name())},
                   {"reason", std::string_view(error.message)},
                   {"detail", std::string_view(error.detail)}});
}

Task<Result<>> write_events(hub::Hub& hub, hub::XetWriter writer,
                            std::shared_ptr<hub::ArrivedShard> shard, std::string request,
                            http::BodyWriter& body) {
  auto done = co_await verify_and_publish(hub, writer, std::move(*shard), [&](std::string line) {
    return [](http::BodyWriter& to, std::string text) -> Task<Result<>> {
      co_return co_await to.write(as_bytes(text));
    }(body, std::move(line));
  });
  if (!done) log_failure(writer, request, done.error());
  const auto last = done ? line_of(ResultEvent{})
                         : line_of(ErrorEvent{.message = done.error().message,
                                              .retryable = is_passing(done.error().code)});
  co_return co_await body.write(as_bytes(last));
}

}  // namespace

Task<Result<ShardReply>> put_shard(hub::XetWriter writer, Call& call) {
  auto shard = CO_TRY(co_await hub::receive_shard(call.hub, *call.request.body));
  CO_TRY(co_await verify_and_publish(call.hub, std::move(writer), std::move(shard), say_nothing));
  co_return ShardReply{};
}

Task<Result<http::Reply>> put_shard_telling(hub::XetWriter writer, Call& call) {
  const auto shard = std::make_shared<hub::ArrivedShard>(
      CO_TRY(co_await hub::receive_shard(call.hub, *call.request.body)));
  http::Reply reply;
  reply.headers.set("Content-Type", "application/x-ndjson");
  reply.body = http::StreamBody{std::nullopt, [&hub = call.hub, writer = std::move(writer), shard,
                                               request = call.request.id](http::BodyWriter& body) {
                                  return write_events(hub, writer, shard, request, body);
                                }};
  co_return reply;
}

}  // namespace kohaku::api
