#include "net/mail.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <string>
#include <thread>

namespace kohaku::net {
namespace {

namespace asio = boost::asio;

// Takes one letter as an SMTP server would, and keeps what it was told.
class FakeMailServer {
 public:
  explicit FakeMailServer(std::string answer_to_recipient)
      : acceptor_(loop_, {asio::ip::address_v4::loopback(), 0}),
        answer_to_recipient_(std::move(answer_to_recipient)),
        thread_([this] { serve(); }) {}
  ~FakeMailServer() { thread_.join(); }
  FakeMailServer(const FakeMailServer&) = delete;
  FakeMailServer& operator=(const FakeMailServer&) = delete;

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  std::string wait_for_talk() {
    if (thread_.joinable()) thread_.join();
    thread_ = std::thread([] {});
    return talk_;
  }

 private:
  std::string line(asio::ip::tcp::socket& peer) {
    boost::system::error_code error;
    const auto length = asio::read_until(peer, asio::dynamic_buffer(input_), '\n', error);
    auto text = input_.substr(0, length);
    input_.erase(0, length);
    talk_ += text;
    return text;
  }

  void serve() {
    boost::system::error_code error;
    asio::ip::tcp::socket peer(loop_);
    acceptor_.accept(peer, error);
    const auto say = [&](const std::string& text) {
      asio::write(peer, asio::buffer(text + "\r\n"), error);
    };
    say("220 test");
    for (auto text = line(peer); !text.empty() && !error; text = line(peer)) {
      if (text.starts_with("RCPT")) {
        say(answer_to_recipient_);
      } else if (text.starts_with("DATA")) {
        say("354 go on");
        while (!text.empty() && text != ".\r\n") text = line(peer);
        say("250 taken");
      } else if (text.starts_with("QUIT")) {
        say("221 bye");
        return;
      } else {
        say("250 fine");
      }
    }
  }

  asio::io_context loop_;
  asio::ip::tcp::acceptor acceptor_;
  std::string answer_to_recipient_;
  std::string input_;
  std::string talk_;
  std::thread thread_;
};

Letter letter() {
  return {.from = "hub@example.com",
          .from_name = "Our Hub",
          .to = "ada@example.com",
          .subject = "Grüße",
          .text = "Hello Ada,\n.\nbye\n",
          .date = Micros::from_seconds(1'700'000'000)};
}

TEST(Mail, ReachesTheServer) {
  FakeMailServer server("250 fine");
  const auto sent =
      send_letter({.host = "127.0.0.1", .port = server.port(), .tls = false}, letter());
  ASSERT_TRUE(sent.has_value()) << sent.error().detail;
  const auto talk = server.wait_for_talk();
  EXPECT_NE(talk.find("MAIL FROM:<hub@example.com>"), talk.npos) << talk;
  EXPECT_NE(talk.find("RCPT TO:<ada@example.com>"), talk.npos);
  EXPECT_NE(talk.find("Hello Ada,\r\n..\r\nbye\r\n"), talk.npos) << "a lone dot must not end it";
}

TEST(Mail, ARefusedRecipientIsAFailure) {
  FakeMailServer server("550 nobody here");
  const auto sent =
      send_letter({.host = "127.0.0.1", .port = server.port(), .tls = false}, letter());
  ASSERT_FALSE(sent.has_value());
  EXPECT_EQ(sent.error().code, Code::bad_gateway);
}

TEST(Mail, IsNotSentInTheClearWhenItMustBeEncrypted) {
  FakeMailServer server("250 fine");
  const auto sent =
      send_letter({.host = "127.0.0.1", .port = server.port(), .tls = true}, letter());
  EXPECT_FALSE(sent.has_value());
  EXPECT_EQ(server.wait_for_talk().find("Hello"), std::string::npos);
}

TEST(Mail, HeadersCannotBeInjected) {
  auto evil = letter();
  evil.to = "ada@example.com>\r\nBcc: all@example.com";
  evil.subject = "Hi\r\nBcc: all@example.com";
  evil.from_name = "A\nB";
  const auto text = format_letter(evil);
  EXPECT_EQ(text.find("\nBcc"), text.npos);
  EXPECT_NE(text.find("From: A B <hub@example.com>\r\n"), text.npos) << text;
}

TEST(Mail, HasADateAndAnEncodedSubject) {
  const auto text = format_letter(letter());
  EXPECT_NE(text.find("Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n"), text.npos) << text;
  EXPECT_NE(text.find("Subject: =?UTF-8?B?R3LDvMOfZQ==?=\r\n"), text.npos);
}

}  // namespace
}  // namespace kohaku::net
