#include "stats/event.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "stats/event_fixture.h"

namespace kohaku::stats {
namespace {

TEST(EventTest, ComesBackAsItWas) {
  EXPECT_EQ(sample_event(), decode(as_bytes(encode(sample_event()))));
  EXPECT_EQ(Event{}, decode(as_bytes(encode(Event{}))));
  for (auto type : {RepoType::model, RepoType::dataset, RepoType::space}) {
    for (int door = 1; door <= 8; ++door) {
      Event event = sample_event();
      event.type = type;
      event.door = static_cast<Door>(door);
      event.preview = door % 2 == 0;
      event.download_counter = !event.preview;
      if (door % 3 == 0) event.who.reset();
      EXPECT_EQ(event, decode(as_bytes(encode(event))));
    }
  }
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
  const std::string expected("\x08\x07\x06\x05\x04\x03\x02\x01"
                             "\x02\0\0\0\0\0\0\0"
                             "\x03\0\0\0\0\0\0\0"
                             "\x04\0\0\0\0\0\0\0"
                             "\x05\0\0\0\0\0\0\0"
                             "\x06\0\0\0\0\0\0\0"
                             "\x94\x01\0\0"
                             "\x02\x07\x05\0"
                             "\x03\0a/b"
                             "\x03\0GET"
                             "\x03\0::1"
                             "\x01\0u"
                             "\x01\0p"
                             "\x01\0r"
                             "\x01\0"
                             "\x07\0\0\0\0\0\0\0"
                             "\0\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f",
                             56 + 24 + 10 + 16);
  EXPECT_EQ(expected, encode(event));
}

TEST(EventTest, WhatIsTooLongIsCut) {
  Event event = sample_event();
  event.path = std::string(5000, 'p');
  event.user_agent = std::string(4095, 'a') + "\xC3\xA9";
  event.files.assign(1500, 9);
  const auto back = decode(as_bytes(encode(event))).value();
  EXPECT_EQ(std::string(4096, 'p'), back.path);
  EXPECT_EQ(std::string(4095, 'a'), back.user_agent) << "half a character was kept";
  EXPECT_EQ(std::vector<std::uint64_t>(1000, 9), back.files);
  EXPECT_EQ(event.revision, back.revision);

  event.path = std::string(5000, '\x80');
  EXPECT_EQ(4092u, decode(as_bytes(encode(event)))->path.size()) << "no character is that long";
}

TEST(EventTest, TheLargestFits) {
  Event event = sample_event();
  for (auto text : {&Event::repository, &Event::method, &Event::address, &Event::user_agent,
                    &Event::path, &Event::revision}) {
    event.*text = std::string(100'000, 'x');
  }
  event.files.assign(100'000, 1);
  EXPECT_EQ(most_encoded_bytes, encode(event).size());
}

TEST(EventTest, ShorterAndLongerIsRefused) {
  const auto payload = encode(sample_event());
  for (std::size_t size = 0; size < payload.size(); ++size) {
    EXPECT_FALSE(decode(as_bytes(payload.substr(0, size)))) << size;
  }
  EXPECT_FALSE(decode(as_bytes(payload + '\0')));
}

TEST(EventTest, UnknownValuesAreRefused) {
  const auto with = [](std::size_t offset, char value) {
    auto payload = encode(sample_event());
    payload[offset] = value;
    return decode(as_bytes(payload)).has_value();
  };
  EXPECT_TRUE(with(52, 2));
  EXPECT_FALSE(with(52, 3)) << "type";
  EXPECT_FALSE(with(53, 0)) << "door";
  EXPECT_FALSE(with(53, 9)) << "door";
  EXPECT_FALSE(with(54, 15)) << "flags";
  EXPECT_FALSE(with(55, 1)) << "flags";
  EXPECT_FALSE(with(57, 16)) << "length of a text";
}

}  // namespace
}  // namespace kohaku::stats
