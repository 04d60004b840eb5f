// Turns a handler into an endpoint: its parameters say what it needs, and the first of them who may
// call it.
//
//   Result<LikeReply> like(const SignedIn&, const ReadableRepo&, Hub&);          runs on the pool
//   Task<Result<http::Reply>> resolve(ReadableContent repo, Call& call);         runs on the loop
//
// Parameters: permission types of hub/access.h (checked left to right, the first refusal is the
// answer), Call&, hub::Hub&, Body<T> (the JSON body, read after every check). A plain handler may
// block: it runs on the pool. A coroutine must not, and takes permissions by value.
// Results: http::Reply as it is, a described struct or a vector of them as 200 JSON.
#pragma once

#include <algorithm>
#include <cstdint>
#include <exception>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "api/call.h"
#include "api/download_event.h"
#include "api/json.h"
#include "base/task.h"
#include "hub/xet_access.h"

namespace kohaku::api {

using Endpoint = Task<http::Reply> (*)(Call);

// A JSON body read into T; at most 1 MiB, or T::most_body_bytes where T says so.
template <class T>
struct Body {
  T value;
  const T* operator->() const { return &value; }
  const T& operator*() const { return value; }
};

// The 307 to a repository's new name, relative; the query is kept on /api only (decision 13).
http::Reply redirect_to_new_name(const Call& call, const hub::Repo& repo);

// The answer to an exception, which no handler should throw: 500, with `what` in the log.
http::Reply exception_reply(const Call& call, std::string_view what);

// Of a route below a casUrl.
hub::XetCredentials xet_credentials(const Call& call);

namespace endpoint_internal {

template <class T>
struct Permission : std::false_type {};

#define KOHAKU_PERMISSION(Type, label, expression)  \
  template <>                                       \
  struct Permission<hub::Type> : std::true_type {   \
    static constexpr std::string_view name = label; \
    static Result<hub::Type> make(Call& call) {     \
      const hub::Access access(call.hub);           \
      return access.expression;                     \
    }                                               \
  };
KOHAKU_PERMISSION(Anyone, "anyone", anyone(call.caller))
KOHAKU_PERMISSION(SignedIn, "signed in", signed_in(call.caller))
KOHAKU_PERMISSION(SignedInWriter, "signed in, write", signed_in_writer(call.caller))
KOHAKU_PERMISSION(ReadableRepo, "repository: see",
                  readable(call.caller, call.path.repo_type(), call.path.repo))
KOHAKU_PERMISSION(ReadableContent, "repository: read",
                  readable_content(call.caller, call.path.repo_type(), call.path.repo))
KOHAKU_PERMISSION(WritableRepo, "repository: write",
                  writable(call.caller, call.path.repo_type(), call.path.repo))
KOHAKU_PERMISSION(RepoAdmin, "repository: admin",
                  repo_admin(call.caller, call.path.repo_type(), call.path.repo))
KOHAKU_PERMISSION(OrgAdmin, "namespace: admin", org_admin(call.caller, call.path.value("org")))
KOHAKU_PERMISSION(NamespaceAnalyst, "namespace: analytics",
                  namespace_analyst(call.caller, call.path.value("org")))
KOHAKU_PERMISSION(RepoAnalyst, "repository: analytics",
                  repo_analyst(call.caller, call.path.repo_type(), call.path.repo))
KOHAKU_PERMISSION(XetReader, "xet token: read", xet_reader(xet_credentials(call)))
KOHAKU_PERMISSION(XetWriter, "xet token: write", xet_writer(xet_credentials(call)))
#undef KOHAKU_PERMISSION

template <class T>
struct BodyOf : std::false_type {};
template <class T>
struct BodyOf<Body<T>> : std::true_type {
  using Value = T;
};

template <class Plain>
constexpr std::uint64_t body_limit = 0;
template <class T>
  requires requires { T::most_body_bytes; }
constexpr std::uint64_t body_limit<Body<T>> = T::most_body_bytes;

// Holds one argument between its making and the call.
template <class Parameter, class Plain = std::remove_cvref_t<Parameter>>
struct Slot {
  std::optional<Plain> value;
  Plain&& give(Call&) { return std::move(*value); }
};
template <class Parameter>
struct Slot<Parameter, Call> {
  Call& give(Call& call) { return call; }
};
template <class Parameter>
struct Slot<Parameter, hub::Hub> {
  hub::Hub& give(Call& call) { return call.hub; }
};

// False when the answer is already there: a refusal or a redirect.
template <class Parameter>
bool make_permission(Call& call, Slot<Parameter>& slot, std::optional<http::Reply>& answer) {
  using Plain = std::remove_cvref_t<Parameter>;
  if constexpr (Permission<Plain>::value) {
    auto made = Permission<Plain>::make(call);
    if (!made) {
      begin_refused_download(call, made.error());
      answer = call.refuse(made.error());
      return false;
    }
    if constexpr (requires { made->repo(); }) {
      const bool reads =
          call.request.method == http::Method::get || call.request.method == http::Method::head;
      if (made->repo().moved && reads && !call.manner.in_place) {
        begin_redirected_download(call, made->repo());
        answer = redirect_to_new_name(call, made->repo());
        return false;
      }
      begin_download(call, made->repo());
    }
    slot.value.emplace(std::move(*made));
  }
  return true;
}

template <class Parameter>
bool make_body(const Call& call, const std::string& text, Slot<Parameter>& slot,
               std::optional<http::Reply>& answer) {
  using Plain = std::remove_cvref_t<Parameter>;
  if constexpr (BodyOf<Plain>::value) {
    auto value = from_json<typename BodyOf<Plain>::Value>(text);
    if (!value) {
      answer = call.refuse(value.error());
      return false;
    }
    slot.value.emplace(Plain{std::move(*value)});
  }
  return true;
}

inline http::Reply to_reply(const Call&, http::Reply reply) { return reply; }
template <class T>
  requires(!std::same_as<T, http::Reply>)
http::Reply to_reply(const Call&, const T& value) {
  return http::json_reply(200, to_json(value));
}
template <class T>
http::Reply to_reply(const Call& call, Result<T>&& result) {
  if (!result) return call.refuse(result.error());
  return to_reply(call, std::move(*result));
}

inline http::Reply ended(Call& call, http::Reply reply) {
  end_download(call, reply);
  return reply;
}

template <class T>
struct IsTask : std::false_type {};
template <class T>
struct IsTask<Task<T>> : std::true_type {};

template <auto Handler, class R, class... Parameters>
struct Bound {
  static_assert((Permission<std::remove_cvref_t<Parameters>>::value || ...),
                "A handler's parameters must say who may call it.");
  static constexpr bool has_body = (BodyOf<std::remove_cvref_t<Parameters>>::value || ...);

  static constexpr std::uint64_t most_body_bytes =
      std::max({std::uint64_t{1} << 20, body_limit<std::remove_cvref_t<Parameters>>...});

  static std::string permission() {
    std::string text;
    (add_permission<std::remove_cvref_t<Parameters>>(text), ...);
    return text;
  }

  static Task<http::Reply> call(Call call) {
    std::tuple<Slot<Parameters>...> slots;
    std::optional<http::Reply> answer;
    try {
      std::apply([&](auto&... slot) { (make_permission<Parameters>(call, slot, answer) && ...); },
                 slots);
      if (answer) co_return ended(call, std::move(*answer));
      if constexpr (has_body) {
        auto text = co_await http::read_text(*call.request.body, most_body_bytes);
        if (!text) co_return ended(call, call.refuse(text.error()));
        std::apply(
            [&](auto&... slot) { (make_body<Parameters>(call, *text, slot, answer) && ...); },
            slots);
        if (answer) co_return ended(call, std::move(*answer));
      }
      auto invoke = [&] {
        return std::apply([&](auto&... slot) { return Handler(slot.give(call)...); }, slots);
      };
      if constexpr (IsTask<R>::value) {
        auto result = co_await invoke();
        co_return ended(call, to_reply(call, std::move(result)));
      } else {
        co_return ended(call, co_await call.hub.pool.run([&] { return to_reply(call, invoke()); }));
      }
    } catch (const std::exception& exception) {
      // Here and not in the connection, so that this request, too, leaves its event.
      co_return ended(call, exception_reply(call, exception.what()));
    }
  }

 private:
  template <class P>
  static void add_permission(std::string& text) {
    if constexpr (Permission<P>::value) {
      if (!text.empty()) text += " + ";
      text += Permission<P>::name;
    }
  }
};

template <auto Handler, class R, class... Parameters>
Bound<Handler, R, Parameters...> bind(R (*)(Parameters...));

}  // namespace endpoint_internal

template <auto Handler>
using BoundHandler = decltype(endpoint_internal::bind<Handler>(Handler));

}  // namespace kohaku::api
