#include "hub/push.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <optional>
#include <unordered_set>
#include <utility>
#include <variant>

#include "git/quarantine.h"
#include "git/refs.h"
#include "hub/commit_publish.h"
#include "hub/git_work.h"
#include "hub/push_check.h"
#include "hub/push_refs.h"
#include "hub/queues.h"
#include "hub/quota.h"
#include "hub/ref_projection.h"
#include "os/log.h"
#include "os/piped_process.h"

namespace kohaku::hub {
namespace {

// Other nodes may move refs between our look and our transaction.
constexpr int most_tries = 20;

// The pack behind the request, as it arrives.
class PackSource {
 public:
  PackSource(Bytes begun, http::BodyReader& body, PackEnd end)
      : begun_(begun), body_(body), end_(end) {}

  // Empty at the end.
  Task<Result<Bytes>> next() {
    if (!begun_.empty()) co_return std::exchange(begun_, {});
    co_return co_await body_.read();
  }

  // The same; also empty as soon as who takes the pack has ended, if nothing else tells its end.
  Task<Result<Bytes>> next_for(os::PipedProcess& taker) {
    using namespace boost::asio::experimental::awaitable_operators;
    if (end_ == PackEnd::of_body || !begun_.empty()) co_return co_await next();
    auto first = co_await (next() || taker.ended());
    if (first.index() == 1) co_return Bytes();
    co_return std::get<0>(std::move(first));
  }

  // Whether a pack that nobody takes is left where it is.
  bool stays_unread() const { return end_ == PackEnd::of_pack; }

  // A client of HTTP reads no answer before it has sent everything.
  Task<void> drop() {
    while (!stays_unread()) {
      const auto piece = co_await next();
      if (!piece || piece->empty()) co_return;
    }
  }

  std::optional<std::uint64_t> declared_length() const { return body_.declared_length(); }

 private:
  Bytes begun_;
  http::BodyReader& body_;
  PackEnd end_;
};

// What is said of a push as a whole.
struct Refusal {
  std::string unpack = "ok";  // one line when the objects could not be taken
  std::string reason;         // one line, for every ref
  std::vector<std::string> messages;
};

void refuse_all(PushReport& report, Refusal refusal) {
  report.unpack = std::move(refusal.unpack);
  for (auto& message : refusal.messages) report.messages.push_back(std::move(message));
  for (auto& ref : report.refs) {
    if (ref.refusal.empty()) ref.refusal = refusal.reason;
  }
}

bool is_all_refused(const PushReport& report) {
  return std::ranges::none_of(report.refs, [](const auto& ref) { return ref.refusal.empty(); });
}

// A client whose pack is not read to its end does not show what is said of each ref.
void tell_refusals(PushReport& report) {
  for (const auto& ref : report.refs) report.messages.push_back(ref.name + ": " + ref.refusal);
}

// Our own failures are for the log, the client learns that it was not its fault.
Refusal refusal_of(const Error& error) {
  if (error.code == Code::internal || error.code == Code::insufficient_storage) {
    os::log_error("a push failed", {{"detail", std::string_view(error.detail)}});
  }
  return {.unpack = "ok", .reason = "refused", .messages = {error.message}};
}

PushReport judge_requests(const git::PushRequest& request) {
  PushReport report;
  std::unordered_set<std::string_view> names;
  for (const auto& command : request.commands) {
    auto refusal = refuse_command(command);
    if (refusal.empty() && !names.insert(command.ref).second) refusal = "named twice";
    report.refs.push_back({command.ref, std::move(refusal)});
  }
  return report;
}

// Everything between a request and its refs, step by step.
class Push {
 public:
  Push(Hub& hub, const WritableRepo& repo, const git::PushRequest& request, PackSource& source)
      : hub_(hub),
        repo_(repo),
        request_(request),
        source_(source),
        report_(judge_requests(request)) {}

  Task<PushReport> run() {
    if (request_.atomic) refuse_rest_if_atomic(report_);
    if (!is_all_refused(report_)) {
      const auto failure = co_await take_objects();
      if (failure) refuse_all(report_, *failure);
    } else if (source_.stays_unread()) {
      tell_refusals(report_);
    }
    co_await source_.drop();
    if (!is_all_refused(report_)) {
      const auto moved = co_await move_refs();
      if (!moved) refuse_all(report_, refusal_of(moved.error()));
    }
    co_return std::move(report_);
  }

 private:
  std::vector<Sha1> tips() const {
    std::vector<Sha1> tips;
    for (const auto& command : request_.commands) {
      if (command.to) tips.push_back(*command.to);
    }
    return tips;
  }

  Task<std::optional<Refusal>> take_objects() {
    if (tips().empty()) co_return std::nullopt;  // only deletions: no pack follows
    auto slot = co_await hub_.git_work->pushes.wait();
    auto prepared = co_await hub_.pool.run([&]() -> Result<git::Quarantine> {
      TRY(project_current_refs(hub_, repo_.repo().id));
      return git::Quarantine::create(hub_.repositories.directory(repo_.repo().id));
    });
    if (!prepared) co_return refusal_of(prepared.error());
    auto received = co_await receive(*prepared);
    if (received) co_return received;
    co_return co_await hub_.pool.run([&] { return take_over(*prepared); });
  }

  // Into the quarantine.
  Task<std::optional<Refusal>> receive(const git::Quarantine& quarantine) {
    const auto most = hub_.config.git_push_bytes;
    if (source_.declared_length().value_or(0) > most) {
      co_return Refusal{
          "too large", "refused", {fmt::format("A push may have at most {} bytes.", most)}};
    }
    auto process =
        co_await os::PipedProcess::start(quarantine.index_pack_command(most), std::nullopt);
    if (!process) co_return refusal_of(process.error());
    while (true) {
      const auto piece = co_await source_.next_for(*process);
      if (!piece) co_return Refusal{"cut short", "refused", {piece.error().message}};
      if (piece->empty() || !co_await process->write(*piece)) break;
    }
    process->end_input();
    const auto result = co_await process->finish();
    if (result.exit_status == 0) co_return std::nullopt;
    os::log_info("a pack was refused",
                 {{"detail", std::string_view(result.errors).substr(0, 1000)}});
    co_return Refusal{"the pack was refused", "unpacker error",
                      git::index_pack_refusal(result.errors)};
  }

  // From the quarantine into the repository, when our rules allow. Blocks.
  std::optional<Refusal> take_over(const git::Quarantine& quarantine) {
    auto history = check_push(hub_, repo_.repo(), quarantine, tips());
    if (!history) return refusal_of(history.error());
    if (!history->refusals.empty()) {
      return Refusal{"ok", "files were refused", std::move(history->refusals)};
    }
    history_ = std::move(*history);
    auto placed = place(quarantine);
    if (!placed) return refusal_of(placed.error());
    return std::nullopt;
  }

  Result<> place(const git::Quarantine& quarantine) {
    const auto pack = TRY(quarantine.finished_pack());
    if (!pack) return {};
    // The transaction looks again; by then the pack lies in the repository.
    const ArrivingObject arriving{std::nullopt, pack->bytes};
    TRY(hub_.database.read_now([&](db::Connection& connection) {
      return check_quota(connection, hub_.config, repo_.repo().id, {&arriving, 1});
    }));
    packs_.push_back(*pack);
    return place_packs(hub_, repo_.repo().id, packs_);
  }

  Task<Result<>> move_refs() {
    const auto turn = co_await hub_.queues->wait(repo_.repo().id);
    for (int tries = 1;; ++tries) {
      auto report = report_;
      auto plan = CO_TRY(co_await hub_.pool.run(
          [&] { return plan_refs(hub_, repo_, request_, history_, report); }));
      if (!plan) {
        report_ = std::move(report);
        co_return Result<>();
      }
      plan->packs = packs_;
      const auto published = co_await publish(hub_, std::move(*plan));
      if (published) report_ = std::move(report);
      if (published || !is_lost_race(published.error()) || tries == most_tries) co_return published;
    }
  }

  Hub& hub_;
  const WritableRepo& repo_;
  const git::PushRequest& request_;
  PackSource& source_;
  PushReport report_;
  PushedHistory history_;
  std::vector<git::StagedPack> packs_;
};

}  // namespace

Task<PushReport> push(Hub& hub, WritableRepo repo, const git::PushRequest& request, Bytes begun,
                      http::BodyReader& body, PackEnd end) {
  PackSource source(begun, body, end);
  Push push(hub, repo, request, source);
  co_return co_await push.run();
}

}  // namespace kohaku::hub
