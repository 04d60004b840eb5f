// Requests and replies as the rest of the house sees them; Beast stays behind this room.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/date.h"
#include "base/result.h"
#include "base/task.h"
#include "os/files.h"

namespace kohaku::http {

enum class Method { get, head, post, put, patch, delete_, options, other };
std::string_view to_string(Method method);

// Header fields in order; names compare without regard to case. They lie in one buffer as they are
// written, so that a message costs two allocations, however many fields it has. What is read from it
// is a view, and ends with the next change.
class Headers {
 public:
  struct Field {
    std::string_view name;
    std::string_view value;
    std::string_view line;  // "name: value\r\n"
  };

  // Neither argument may be a view of this same object. Control characters in a value become spaces.
  void set(std::string_view name, std::string_view value);  // replaces
  void add(std::string_view name, std::string_view value);
  std::string_view get(std::string_view name) const;  // "" when absent
  bool has(std::string_view name) const;
  void remove(std::string_view name);

  std::size_t size() const { return places_.size(); }
  auto fields() const {
    return std::views::transform(places_, [this](const Place& place) { return at(place); });
  }

 private:
  struct Place {
    std::uint32_t begin;
    std::uint32_t name;   // bytes of the name
    std::uint32_t value;  // bytes of the value
  };
  Field at(const Place& place) const;

  std::string lines_;
  std::vector<Place> places_;
};

// The body of a request, read in pieces as they arrive; nothing is read before it is asked for.
class BodyReader {
 public:
  virtual ~BodyReader() = default;
  // The next piece, valid until the next call; empty at the end. Fails when the peer breaks off or
  // is too slow (request_timeout), or the body exceeds its limit (payload_too_large).
  virtual Task<Result<Bytes>> read() = 0;
  // Content-Length when the request declared one.
  virtual std::optional<std::uint64_t> declared_length() const = 0;
  // Refuses more than `bytes` in all; may be lowered or raised before reading. Default 1 MiB.
  virtual void set_limit(std::uint64_t bytes) = 0;
};

// The whole body as text, at most `most` bytes (payload_too_large beyond).
Task<Result<std::string>> read_text(BodyReader& body, std::uint64_t most);

struct Request {
  Method method = Method::get;
  std::string method_text;
  std::string target;  // as sent: raw path and query
  Headers headers;
  std::string peer_address;  // textual IP of the client (a trusted proxy's word for it, if any)
  bool forwarded = false;    // a proxy, trusted or not, says that it passed it on
  std::string id;            // request id: what X-Request-Id of the answer will say
  Micros received;
  BodyReader* body = nullptr;  // never null while a handler runs
  // The pattern of the route that the handler found, under which the request is counted; empty: none.
  // Outlives the server.
  std::string_view route;

  std::string_view path() const;   // raw, up to `?`
  std::string_view query() const;  // raw, after `?`
};

// Where a streamed reply is written. Awaits the peer; fails when it is gone or too slow.
class BodyWriter {
 public:
  virtual ~BodyWriter() = default;
  virtual Task<Result<>> write(Bytes bytes) = 0;
};

// Part of an open file, sent with sendfile where that is possible.
struct FileBody {
  std::shared_ptr<const os::File> file;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  // Called for each span before it is sent (block check sums); a failure breaks the connection.
  std::function<Result<>(std::uint64_t offset, std::uint64_t length)> verify;
};

struct StreamBody {
  std::optional<std::uint64_t> length;  // none: chunked
  std::function<Task<Result<>>(BodyWriter&)> write;
};

// For HEAD and 304: what Content-Length a GET would say, without a body.
struct NoBody {
  std::optional<std::uint64_t> length;
};

using Body = std::variant<std::string, FileBody, StreamBody, NoBody>;

struct Reply {
  int status = 200;
  Headers headers;
  Body body;
  // Shown in the log line of this request, never to the client.
  std::string log_detail;
  // Called once with the bytes sent when the answer is over, whole or broken.
  std::function<void(std::uint64_t bytes_sent, bool complete)> on_sent;
};

Reply json_reply(int status, std::string json);
Reply error_reply(const Error& error);  // {"error","detail"}, X-Error-… and Retry-After
// Retry-After, if the error knows it; for an error that is told as a page.
void set_retry_after(Headers& headers, const Error& error);

using Handler = std::function<Task<Reply>(Request&)>;

}  // namespace kohaku::http
