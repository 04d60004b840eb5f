// Questions to the hub: GET over libcurl, answers in JSON.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "cli/settings.h"

namespace kohaku::cli {

// Bytes of the answer so far, and of all of it; 0: not known.
using OnReceived = std::function<void(std::uint64_t received, std::uint64_t total)>;

// One after another, from one thread. Redirects of the hub (a repository's old name) are followed; the token
// goes to the endpoint's scheme, host and port only. Proxies are those of the environment.
class Client {
 public:
  // The longest that one answer may take.
  static constexpr long default_timeout_seconds = 60;

  explicit Client(Settings settings, long timeout_seconds = default_timeout_seconds);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();

  const Settings& settings() const { return settings_; }

  // `path` begins with `/` and is percent-encoded, with its query. `subject` is what a person asked for
  // ("model org/name"), for the sentence that says it is not there. bad_gateway when no whole answer
  // came; else what refusal.h makes of the status; internal for an answer that is no JSON.
  Result<boost::json::value> get(const std::string& path, const std::string& subject,
                                 const OnReceived& on_received = {});

  // Of the last answer; 0 when there was none.
  int status() const { return status_; }

 private:
  struct Transfer;
  Settings settings_;
  long timeout_seconds_;
  int status_ = 0;
};

}  // namespace kohaku::cli
