// Letters to users, sent one after the other in the background: nobody waits for a mail server.
#pragma once

#include <atomic>

#include "hub/config.h"
#include "net/mail.h"
#include "os/pool.h"

namespace kohaku::hub {

class Mailer {
 public:
  // Queues a letter. Lost, with a line in the log, when a hundred wait already, when the server
  // refuses it, or when mail is off.
  void send(const Config::Smtp& smtp, net::Letter letter);

 private:
  static constexpr int most_waiting = 100;

  std::atomic<int> waiting_{0};
  os::Pool thread_{1};
};

}  // namespace kohaku::hub
