#include "stats/event.h"

#include <gtest/gtest.h>

#include "stats/event_fixture.h"

namespace kohaku::stats {
namespace {

EventClient client_back(const EventClient& client) {
  return decode_client(as_bytes(encoded(client))).value();
}
EventTarget target_back(const EventTarget& target) {
  return decode_target(as_bytes(encoded(target))).value();
}
std::string encoded(const OutcomeRecord& record) {
  std::array<std::byte, outcome_bytes> out;
  encode(record, out);
  return std::string(as_text(Bytes(out)));
}

TEST(EventTest, ComesBackAsItWas) {
  EXPECT_EQ(EventClient{}, client_back({}));
  EXPECT_EQ(EventTarget{}, target_back({}));
  for (auto type : {RepoType::model, RepoType::dataset, RepoType::space}) {
    for (int door = 1; door <= 8; ++door) {
      Event event = sample_event();
      event.type = type;
      event.door = static_cast<Door>(door);
      event.preview = door % 2 == 0;
      event.download_counter = !event.preview;
      if (door % 3 == 0) event.who.reset();
      const EventClient& client = event;
      const EventTarget& target = event;
      EXPECT_EQ(client, client_back(client));
      EXPECT_EQ(target, target_back(target));
    }
  }
  const EventOutcome outcome = sample_event();
  const auto back = decode_outcome(as_bytes(encoded(OutcomeRecord{outcome, 64, 4'000'000'000})));
  ASSERT_TRUE(back);
  EXPECT_EQ(outcome, back->outcome);
  EXPECT_EQ(64u, back->client);
  EXPECT_EQ(4'000'000'000u, back->target);
}

// docs/events.md: what an older program wrote must be read.
TEST(EventTest, BytesAreThoseOfTheDocument) {
  Event event;
  event.at = {0x0102030405060708};
  event.repo = {2};
  event.owner = {3};
  event.user = {4};
  event.bytes = 5;
  event.duration_micros = 6;
  event.status = 404;
  event.type = RepoType::space;
  event.door = Door::git_fetch;
  event.preview = true;
  event.repository = "a/b";
  event.method = "GET";
  event.address = "::1";
  event.user_agent = "u";
  event.path = "p";
  event.revision = "r";
  event.files = {7};
  event.who = Who::from_hex("000102030405060708090a0b0c0d0e0f");
  EXPECT_EQ(std::string("\x01\x01"
                        "\x04\0\0\0\0\0\0\0"
                        "\x03\0::1"
                        "\x01\0u"
                        "\0\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f",
                        10 + 8 + 16),
            encoded(static_cast<EventClient&>(event)));
  EXPECT_EQ(std::string("\x02\x02\x07\x01"
                        "\x02\0\0\0\0\0\0\0"
                        "\x03\0\0\0\0\0\0\0"
                        "\x03\0a/b"
                        "\x03\0GET"
                        "\x01\0p"
                        "\x01\0r"
                        "\x01\0"
                        "\x07\0\0\0\0\0\0\0",
                        20 + 16 + 10),
            encoded(static_cast<EventTarget&>(event)));
  EXPECT_EQ(std::string("\x03\0\x94\x01"
                        "\x40\0\0\0"
                        "\x80\0\0\0"
                        "\x08\x07\x06\x05\x04\x03\x02\x01"
                        "\x05\0\0\0\0\0\0\0"
                        "\x06\0\0\0\0\0\0\0",
                        36),
            encoded(OutcomeRecord{event, 0x40, 0x80}));
}

TEST(EventTest, WhatIsTooLongIsCut) {
  Event event = sample_event();
  event.path = std::string(5000, 'p');
  event.user_agent = std::string(4095, 'a') + "\xC3\xA9";
  event.files.assign(1500, 9);
  const auto target = target_back(event);
  EXPECT_EQ(std::string(4096, 'p'), target.path);
  EXPECT_EQ(std::string(4095, 'a'), client_back(event).user_agent) << "half a character was kept";
  EXPECT_EQ(std::vector<std::uint64_t>(1000, 9), target.files);
  EXPECT_EQ(event.revision, target.revision);

  event.path = std::string(5000, '\x80');
  EXPECT_EQ(4092u, target_back(event).path.size()) << "no character is that long";
}

TEST(EventTest, TheLargestFits) {
  Event event = sample_event();
  const std::string large(100'000, 'x');
  event.repository = event.method = event.address = event.user_agent = event.path = event.revision =
      large;
  event.files.assign(100'000, 1);
  EXPECT_EQ(most_client_bytes, encoded(static_cast<EventClient&>(event)).size());
  EXPECT_EQ(most_target_bytes, encoded(static_cast<EventTarget&>(event)).size());
}

TEST(EventTest, ShorterAndLongerIsRefused) {
  const Event event = sample_event();
  const auto client = encoded(static_cast<const EventClient&>(event));
  const auto target = encoded(static_cast<const EventTarget&>(event));
  const auto outcome = encoded(OutcomeRecord{event, 64, 64});
  const auto is_any = [](std::string_view payload) {
    const auto bytes = as_bytes(payload);
    return decode_client(bytes) || decode_target(bytes) || decode_outcome(bytes);
  };
  for (const auto& payload : {client, target, outcome}) {
    EXPECT_TRUE(is_any(payload));
    for (std::size_t size = 0; size < payload.size(); ++size) {
      EXPECT_FALSE(is_any(payload.substr(0, size))) << size;
    }
    EXPECT_FALSE(is_any(payload + '\0'));
  }
}

TEST(EventTest, OnePartIsNotTakenForAnother) {
  const Event event = sample_event();
  const auto client = encoded(static_cast<const EventClient&>(event));
  EXPECT_EQ(EventPart::client, part_of(as_bytes(client)));
  EXPECT_FALSE(decode_target(as_bytes(client)));
  EXPECT_FALSE(decode_outcome(as_bytes(client)));
  EXPECT_EQ(std::nullopt, part_of(as_bytes("\x04")));
  EXPECT_EQ(std::nullopt, part_of({}));
}

TEST(EventTest, UnknownValuesAreRefused) {
  const Event event = sample_event();
  const auto client = [&](std::size_t offset, char value) {
    auto payload = encoded(static_cast<const EventClient&>(event));
    payload[offset] = value;
    return decode_client(as_bytes(payload)).has_value();
  };
  EXPECT_FALSE(client(1, 2)) << "flags";
  EXPECT_FALSE(client(11, 17)) << "length of a text";
  const auto target = [&](std::size_t offset, char value) {
    auto payload = encoded(static_cast<const EventTarget&>(event));
    payload[offset] = value;
    return decode_target(as_bytes(payload)).has_value();
  };
  EXPECT_TRUE(target(1, 2));
  EXPECT_FALSE(target(1, 3)) << "type";
  EXPECT_FALSE(target(2, 0)) << "door";
  EXPECT_FALSE(target(2, 9)) << "door";
  EXPECT_FALSE(target(3, 4)) << "flags";
  EXPECT_FALSE(target(21, 17)) << "length of a text";
  auto outcome = encoded(OutcomeRecord{event, 64, 64});
  outcome[1] = 1;
  EXPECT_FALSE(decode_outcome(as_bytes(outcome)));
}

}  // namespace
}  // namespace kohaku::stats
