// Tells the journal of downloads of the packs that go out over SSH (docs/events.md).
#pragma once

#include <chrono>
#include <string>

#include "base/bytes.h"
#include "git/pack_watch.h"
#include "hub/access.h"
#include "hub/hub.h"
#include "stats/event.h"

namespace kohaku::app {

// One conversation. Each pack in it is one event, appended before the last of it is sent; one that breaks
// off has its event when this ends. One thread.
class SshDownload {
 public:
  // `hub` must outlive it.
  SshDownload(hub::Hub& hub, const hub::ReadableContent& repo, const std::string& address);
  ~SshDownload();
  SshDownload(const SshDownload&) = delete;
  SshDownload& operator=(const SshDownload&) = delete;

  void heard(Bytes input);  // from the client
  void will_send(Bytes output);
  void has_sent(Bytes output);

 private:
  void tell(std::uint64_t sent);

  hub::Hub& hub_;
  stats::Event event_;
  git::PackWatch watch_;
  std::uint64_t sent_ = 0;
  int told_ = 0;                  // packs
  std::uint64_t told_bytes_ = 0;  // what was sent up to the end of them
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  bool has_heard_ = false;
};

}  // namespace kohaku::app
