#include "cli/client.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/version.h"
#include "cli/refusal.h"

namespace kohaku::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t largest_answer = 16 * 1024 * 1024;
constexpr long most_redirects = 5;
constexpr long longest_connect_seconds = 10;

struct CloseHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

std::string header(CURL* handle, const char* name) {
  curl_header* found = nullptr;
  if (curl_easy_header(handle, name, 0, CURLH_HEADER, -1, &found) != CURLHE_OK) return {};
  return found->value;
}

}  // namespace

// One request and what came of it.
struct Client::Transfer {
  std::unique_ptr<CURL, CloseHandle> handle{curl_easy_init()};
  std::unique_ptr<curl_slist, FreeList> headers{
      curl_slist_append(nullptr, "Accept: application/json")};
  std::array<char, CURL_ERROR_SIZE> reason{};
  std::string body;
  const OnReceived& on_received;

  template <class Value>
  void set(CURLoption option, Value value) {
    curl_easy_setopt(handle.get(), option, value);
  }

  void set_question(const Settings& settings, const std::string& path) {
    set(CURLOPT_URL, (settings.endpoint + path).c_str());
    set(CURLOPT_HTTPHEADER, headers.get());
    set(CURLOPT_USERAGENT, fmt::format("kohub-cli/{}", version).c_str());
    if (settings.token.empty()) return;
    // Not as a header of ours: libcurl knows to keep this one from other hosts.
    set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BEARER));
    set(CURLOPT_XOAUTH2_BEARER, settings.token.c_str());
  }

  void set_limits(long timeout_seconds) {
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FOLLOWLOCATION, 1L);
    set(CURLOPT_MAXREDIRS, most_redirects);
    set(CURLOPT_CONNECTTIMEOUT, std::min(longest_connect_seconds, timeout_seconds));
    set(CURLOPT_TIMEOUT, timeout_seconds);
  }

  void set_receivers() {
    set(CURLOPT_ERRORBUFFER, reason.data());
    set(CURLOPT_WRITEFUNCTION, &Transfer::take);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_XFERINFOFUNCTION, &Transfer::tell);
    set(CURLOPT_XFERINFODATA, this);
    set(CURLOPT_NOPROGRESS, on_received ? 0L : 1L);
  }

  static std::size_t take(char* bytes, std::size_t size, std::size_t count, void* data) {
    auto& body = static_cast<Transfer*>(data)->body;
    if (size * count > largest_answer - body.size()) return 0;  // CURLE_WRITE_ERROR
    body.append(bytes, size * count);
    return size * count;
  }

  static int tell(void* data, curl_off_t total, curl_off_t received, curl_off_t, curl_off_t) {
    static_cast<Transfer*>(data)->on_received(static_cast<std::uint64_t>(received),
                                              static_cast<std::uint64_t>(total));
    return 0;
  }

  // Why no connection came about, in the system's words, which are shorter; else in libcurl's.
  std::string trouble(CURLcode code) const {
    long number = 0;
    if (code == CURLE_COULDNT_CONNECT) {
      curl_easy_getinfo(handle.get(), CURLINFO_OS_ERRNO, &number);
    }
    if (number != 0) return std::strerror(static_cast<int>(number));
    return reason.front() == 0 ? curl_easy_strerror(code) : reason.data();
  }

  int status() const {
    long status = 0;
    curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
    return static_cast<int>(status);
  }

  Answer answer() {
    return {.status = status(),
            .error_code = header(handle.get(), "X-Error-Code"),
            .error_message = header(handle.get(), "X-Error-Message"),
            .request_id = header(handle.get(), "X-Request-Id"),
            .retry_after = header(handle.get(), "Retry-After"),
            .body = std::move(body)};
  }
};

namespace {

std::string_view why(CURLcode code) {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT: return "it did not answer in time";
    case CURLE_TOO_MANY_REDIRECTS: return "it redirects in a circle";
    case CURLE_WRITE_ERROR: return "its answer is too large";
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING: return "the connection broke before the whole answer was there";
    default: return "";
  }
}

std::unexpected<Error> unanswered(CURLcode code, const std::string& endpoint,
                                  std::string_view reason) {
  if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST) {
    return fail(Code::bad_gateway,
                fmt::format("No hub at {} ({}). Start it, or name another one with --endpoint or "
                            "HF_ENDPOINT.",
                            endpoint, reason));
  }
  const auto known = why(code);
  return fail(Code::bad_gateway,
              fmt::format("No answer from {}: {}.", endpoint, known.empty() ? reason : known));
}

}  // namespace

Client::Client(Settings settings, long timeout_seconds)
    : settings_(std::move(settings)), timeout_seconds_(timeout_seconds) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
}

Client::~Client() { curl_global_cleanup(); }

Result<json::value> Client::get(const std::string& path, const std::string& subject,
                                const OnReceived& on_received) {
  status_ = 0;
  Transfer transfer{.on_received = on_received};
  transfer.set_question(settings_, path);
  transfer.set_limits(timeout_seconds_);
  transfer.set_receivers();
  const auto code = curl_easy_perform(transfer.handle.get());
  if (code != CURLE_OK) return unanswered(code, settings_.endpoint, transfer.trouble(code));
  const auto answer = transfer.answer();
  status_ = answer.status;
  if (answer.status != 200) return std::unexpected(refusal(answer, settings_, subject));
  json::error_code error;
  auto value = json::parse(answer.body, error);
  if (!error) return value;
  return fail(Code::internal, fmt::format("The answer of {} is not JSON; is a KohakuHub there?",
                                          settings_.endpoint));
}

}  // namespace kohaku::cli
