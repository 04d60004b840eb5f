// What a push asks for: the list of refs before the pack. Source: gitprotocol-pack(5), *Pushing data
// to a server*.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/result.h"

namespace kohaku::git {

struct RefCommand {
  std::string ref;           // as sent: it may be no valid name at all
  std::optional<Sha1> from;  // what the client saw; nothing: no such ref
  std::optional<Sha1> to;    // nothing: the ref shall go
};

struct PushRequest {
  std::vector<RefCommand> commands;
  bool report_status = false;
  bool side_band = false;
  bool atomic = false;
};

// What the advertisement says we understand.
std::string_view push_capabilities();

// Reads the request as it arrives. Not for two threads at once.
class PushRequestParser {
 public:
  // How many bytes of `piece` belong to the request: all of them until it is complete, what follows
  // is the pack. bad_request for what is malformed, payload_too_large for more than 50,000 commands
  // or 16 MiB of them.
  Result<std::size_t> take(std::string_view piece);
  bool complete() const { return complete_; }
  const PushRequest& request() const { return request_; }

 private:
  Result<> take_line(std::string_view line);
  void take_capabilities(std::string_view words);

  PushRequest request_;
  std::string buffer_;  // the beginning of a line
  std::size_t taken_ = 0;
  bool complete_ = false;
};

}  // namespace kohaku::git
