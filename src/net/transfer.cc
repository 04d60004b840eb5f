#include "net/transfer.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace kohaku::net {
namespace {

struct CloseHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

bool is_curl_ready() {
  static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return ready;
}

}  // namespace

struct Transfer::State {
  std::unique_ptr<CURL, CloseHandle> handle;
  std::unique_ptr<curl_slist, FreeList> recipients;
  Reach reach = Reach::public_only;
  std::string upload;
  std::size_t uploaded = 0;
  std::array<char, CURL_ERROR_SIZE> reason{};
};

namespace {

curl_socket_t open_guarded_socket(void* reach, curlsocktype, curl_sockaddr* address) {
  if (*static_cast<Reach*>(reach) == Reach::public_only && !is_public_address(address->addr)) {
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

template <class State>
std::size_t read_upload(char* out, std::size_t size, std::size_t count, void* data) {
  auto& state = *static_cast<State*>(data);
  const auto length = std::min(size * count, state.upload.size() - state.uploaded);
  std::ranges::copy(std::string_view(state.upload).substr(state.uploaded, length), out);
  state.uploaded += length;
  return length;
}

std::size_t discard(char*, std::size_t size, std::size_t count, void*) { return size * count; }

}  // namespace

Transfer::Transfer(std::unique_ptr<State> state) : state_(std::move(state)) {}
Transfer::Transfer(Transfer&&) noexcept = default;
Transfer& Transfer::operator=(Transfer&&) noexcept = default;
Transfer::~Transfer() = default;

Result<Transfer> Transfer::make(const std::string& url, const char* protocols, Reach reach,
                                TransferLimits limits) {
  auto state = std::make_unique<State>();
  if (is_curl_ready()) state->handle.reset(curl_easy_init());
  CURL* handle = state->handle.get();
  if (handle == nullptr) return fail_internal("libcurl could not be started");
  state->reach = reach;
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, protocols);
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_PROXY, "");  // a proxy would connect where the guard cannot see
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, limits.connect_seconds);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT, limits.total_seconds);
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, state->reason.data());
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, discard);
  curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, open_guarded_socket);
  curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, &state->reach);
  return Transfer(std::move(state));
}

void Transfer::sign_in(const std::string& user, const std::string& password) {
  curl_easy_setopt(state_->handle.get(), CURLOPT_USERNAME, user.c_str());
  curl_easy_setopt(state_->handle.get(), CURLOPT_PASSWORD, password.c_str());
}

void Transfer::set_letter(const std::string& from, const std::string& to, std::string message,
                          bool with_tls) {
  CURL* handle = state_->handle.get();
  state_->upload = std::move(message);
  state_->recipients.reset(curl_slist_append(nullptr, to.c_str()));
  curl_easy_setopt(handle, CURLOPT_MAIL_FROM, from.c_str());
  curl_easy_setopt(handle, CURLOPT_MAIL_RCPT, state_->recipients.get());
  curl_easy_setopt(handle, CURLOPT_USE_SSL,
                   with_tls ? long{CURLUSESSL_ALL} : long{CURLUSESSL_NONE});
  curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(handle, CURLOPT_READFUNCTION, read_upload<State>);
  curl_easy_setopt(handle, CURLOPT_READDATA, state_.get());
}

Result<> Transfer::run() {
  const auto code = curl_easy_perform(state_->handle.get());
  if (code == CURLE_OK) return {};
  const std::string_view reason = state_->reason.data();
  return fail(Code::bad_gateway, "Another server could not be reached.",
              fmt::format("{}: {}", curl_easy_strerror(code), reason));
}

}  // namespace kohaku::net
