#include "hub/mailer.h"

#include <utility>

#include "os/log.h"

namespace kohaku::hub {

void Mailer::send(const Config::Smtp& smtp, net::Letter letter) {
  if (!smtp.enabled) {
    os::log_warning("a letter was not sent: mail is off (KOHAKU_HUB_SMTP_ENABLED)");
    return;
  }
  if (waiting_.fetch_add(1) >= most_waiting) {
    waiting_.fetch_sub(1);
    os::log_warning("a letter was not sent: too many wait");
    return;
  }
  net::MailServer server{smtp.host, smtp.port, smtp.username, smtp.password, smtp.tls};
  letter.from = smtp.from.empty() ? "noreply@" + smtp.host : smtp.from;
  thread_.post([this, server = std::move(server), letter = std::move(letter)] {
    const auto sent = net::send_letter(server, letter);
    waiting_.fetch_sub(1);
    if (!sent) os::log_error("a letter was not sent", {{"detail", sent.error().detail}});
  });
}

}  // namespace kohaku::hub
