// One outbound transfer over libcurl: the only way this program opens a connection to somewhere else.
// Every transfer has a deadline, a list of protocols, no redirects and a guard over its addresses.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/address_guard.h"

struct curl_slist;

namespace kohaku::net {

struct TransferLimits {
  long connect_seconds = 10;
  long total_seconds = 30;
};

// Blocks while it runs; one thread at a time.
class Transfer {
 public:
  // `protocols` as libcurl spells them: "smtp,smtps", "https".
  static Result<Transfer> make(const std::string& url, const char* protocols, Reach reach,
                               TransferLimits limits);
  Transfer(Transfer&&) noexcept;
  Transfer& operator=(Transfer&&) noexcept;
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer();

  void sign_in(const std::string& user, const std::string& password);
  // An SMTP letter: envelope and message. `with_tls` insists on an encrypted connection.
  void set_letter(const std::string& from, const std::string& to, std::string message,
                  bool with_tls);

  // bad_gateway when the other side could not be reached or refused; the reason is in the detail.
  Result<> run();

 private:
  struct State;
  explicit Transfer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kohaku::net
