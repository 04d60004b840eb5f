#include "app/ssh_download.h"

#include <algorithm>
#include <utility>

#include "git/wire.h"
#include "stats/journal.h"

namespace kohaku::app {

SshDownload::SshDownload(hub::Hub& hub, const hub::ReadableContent& repo,
                         const std::string& address)
    : hub_(hub) {
  event_.at = hub.clock.now();
  event_.repo = repo.repo().id;
  event_.owner = repo.repo().owner_id;
  event_.type = repo.repo().type;
  event_.repository = repo.repo().full_name();
  event_.door = stats::Door::git_fetch;
  event_.method = "SSH";
  if (repo.caller().user) event_.user = repo.caller().user->id;
  event_.address = address;
  event_.files = {stats::git_fetch_file};
}

SshDownload::~SshDownload() {
  if (watch_.begun() > told_) tell(sent_);
}

void SshDownload::heard(Bytes input) {
  if (!std::exchange(has_heard_, true)) event_.user_agent = git::client_agent(as_text(input));
}

void SshDownload::will_send(Bytes output) {
  watch_.see(output);
  if (watch_.ended() == told_) return;
  tell(sent_ + output.size());
  told_ = watch_.ended();
}

void SshDownload::has_sent(Bytes output) { sent_ += output.size(); }

void SshDownload::tell(std::uint64_t sent) {
  using std::chrono::microseconds;
  event_.bytes = sent - std::min(sent, told_bytes_);
  told_bytes_ = sent;
  event_.duration_micros =
      duration_cast<microseconds>(std::chrono::steady_clock::now() - begin_).count();
  if (hub_.journal) hub_.journal->append(event_);
}

}  // namespace kohaku::app
