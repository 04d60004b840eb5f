// Result<T> and the two macros that pass a failure on.
//
//   int n = TRY(parse_number(text));        in a function returning Result<…>
//   auto row = CO_TRY(co_await find(id));   in a coroutine returning Task<Result<…>>
//
// Each evaluates its argument once; on failure it returns that Error, else it yields the moved value
// (nothing for Result<void>). Not inside a `new T{…}` initialiser, nor in a pack expansion.
#pragma once

#include <expected>
#include <string>
#include <utility>

#include "base/error.h"

namespace kohaku {

template <class T = void>
using Result = std::expected<T, Error>;

// fail(Code::bad_request, "The name is empty.") converts to any Result.
inline std::unexpected<Error> fail(Code code, std::string message, std::string detail = {}) {
  return std::unexpected(Error{code, std::move(message), std::move(detail)});
}

// To be tried again in so many seconds; the answer says so (Retry-After).
inline std::unexpected<Error> fail_too_many(std::string message, int retry_after_seconds) {
  return std::unexpected(Error{.code = Code::too_many_requests,
                               .message = std::move(message),
                               .retry_after_seconds = retry_after_seconds});
}

inline std::unexpected<Error> fail_internal(std::string detail) {
  return std::unexpected(internal_error(std::move(detail)));
}

namespace result_internal {
template <class T>
T take(Result<T>&& result) {
  return std::move(*result);
}
inline void take(Result<void>&&) {}
}  // namespace result_internal

}  // namespace kohaku

#define KOHAKU_JOIN_(a, b) a##b
#define KOHAKU_JOIN(a, b) KOHAKU_JOIN_(a, b)
#define KOHAKU_TRY_(name, keyword, ...)                              \
  __extension__({                                                    \
    auto name = (__VA_ARGS__);                                       \
    if (!name) keyword ::std::unexpected(::std::move(name).error()); \
    ::kohaku::result_internal::take(::std::move(name));              \
  })
#define TRY(...) KOHAKU_TRY_(KOHAKU_JOIN(try_result_, __COUNTER__), return, __VA_ARGS__)
#define CO_TRY(...) KOHAKU_TRY_(KOHAKU_JOIN(try_result_, __COUNTER__), co_return, __VA_ARGS__)
