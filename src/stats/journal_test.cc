#include "stats/journal.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <thread>
#include <vector>

#include "os/scratch_directory.h"
#include "stats/event_fixture.h"
#include "stats/journal_segment.h"
#include "store/crc32c.h"

namespace kohaku::stats {
namespace {

constexpr std::uint64_t small = std::uint64_t{64} << 10U;
constexpr Position forever = std::numeric_limits<Position>::max();

Position at(std::uint64_t number, std::uint64_t offset) {
  return static_cast<Position>(number << 32U | offset);
}

// While it lives no file grows beyond `bytes`, as if the disk were full.
class NoRoom {
 public:
  explicit NoRoom(rlim_t bytes = 4096) : before_(signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &whole_);
    const rlimit less{bytes, whole_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &less);
  }
  ~NoRoom() {
    setrlimit(RLIMIT_FSIZE, &whole_);
    signal(SIGXFSZ, before_);
  }
  NoRoom(const NoRoom&) = delete;
  NoRoom& operator=(const NoRoom&) = delete;

 private:
  sighandler_t before_;
  rlimit whole_{};
};

class JournalTest : public testing::Test {
 protected:
  std::unique_ptr<Journal> open(JournalOptions options = {.segment_bytes = small}) {
    auto journal = Journal::open(events_, options);
    EXPECT_TRUE(journal);
    return std::move(*journal);
  }
  os::Path segment(std::uint64_t number) const { return events_ / segment_name(number); }

  // The numbers of the repositories of what is there.
  static std::vector<std::int64_t> read(const Journal& journal, Position from = 0,
                                        Position until = forever) {
    std::vector<std::int64_t> numbers;
    Position last = from;
    const auto done = journal.read(from, until, [&](const RecordedEvent& read) {
      EXPECT_LT(last, read.after);
      last = read.after;
      EXPECT_EQ(sample_event(read.target.repo.value), read.event());
      numbers.push_back(read.target.repo.value);
      return true;
    });
    EXPECT_TRUE(done);
    return numbers;
  }
  static std::vector<std::int64_t> count_up(std::int64_t first, std::int64_t end) {
    std::vector<std::int64_t> numbers;
    for (auto number = first; number < end; ++number) numbers.push_back(number);
    return numbers;
  }
  static void append(Journal& journal, std::int64_t first, std::int64_t end) {
    for (auto number = first; number < end; ++number) journal.append(sample_event(number));
  }
  static void overwrite(const os::Path& path, std::string_view content) {
    auto file = os::open_for_writing(path).value();
    ASSERT_TRUE(file.truncate(content.size()));
    ASSERT_TRUE(file.write_at(0, as_bytes(content)));
  }
  std::size_t file_count() const {
    std::size_t count = 0;
    for (const auto& entry : os::list(events_).value()) count += entry.name != "node";
    return count;
  }

  os::ScratchDirectory directory_ = *os::ScratchDirectory::make(testing::TempDir());
  os::Path events_ = directory_.path() / "events";
};

TEST_F(JournalTest, GivesBackInOrder) {
  const auto journal = open();
  EXPECT_EQ(at(1, 64), journal->sync());
  EXPECT_EQ(std::vector<std::int64_t>{}, read(*journal));
  append(*journal, 0, 3);
  EXPECT_EQ(count_up(0, 3), read(*journal, 0, journal->counters().end)) << "before it is synced";
  const auto middle = journal->sync().value();
  append(*journal, 3, 7);
  const auto end = journal->sync().value();
  EXPECT_EQ(end, journal->sync()) << "with nothing to do";
  EXPECT_EQ(end, journal->counters().end);
  EXPECT_EQ(7u, journal->counters().appended);
  EXPECT_EQ(count_up(0, 7), read(*journal, 0, end));
  EXPECT_EQ(count_up(0, 3), read(*journal, 0, middle));
  EXPECT_EQ(count_up(3, 7), read(*journal, middle, end));
  EXPECT_EQ(std::vector<std::int64_t>{}, read(*journal, end, end));
}

TEST_F(JournalTest, ReadingStopsWhereItIsTold) {
  const auto journal = open();
  append(*journal, 0, 10);
  Position after_third = 0;
  ASSERT_TRUE(journal->read(0, forever, [&](const RecordedEvent& read) {
    after_third = read.after;
    return read.target.repo.value < 2;
  }));
  EXPECT_EQ(count_up(3, 10), read(*journal, after_third));
  const auto failed = journal->read(0, forever, [](const RecordedEvent&) -> Result<bool> {
    return fail(Code::unavailable, "no");
  });
  ASSERT_FALSE(failed);
  EXPECT_EQ(Code::unavailable, failed.error().code);
}

TEST_F(JournalTest, GoesOnInTheNextSegment) {
  const auto journal = open();
  std::int64_t next = 0;
  while (journal->counters().end < at(5, 64)) {
    append(*journal, next, next + 50);
    next += 50;
    ASSERT_TRUE(journal->sync());
  }
  EXPECT_EQ(count_up(0, next), read(*journal));
  EXPECT_EQ(count_up(0, next), read(*journal, 0, journal->sync().value()));
  EXPECT_EQ(7u, file_count()) << "five, and two ahead";
  EXPECT_EQ(7 * small, journal->counters().disk_bytes);
  for (const auto& entry : std::filesystem::directory_iterator(events_)) {
    EXPECT_EQ(std::filesystem::perms(0600), entry.status().permissions()) << entry;
    if (entry.path().filename() != "node") EXPECT_EQ(small, entry.file_size()) << entry;
  }
}

TEST_F(JournalTest, WaitsForSegmentsInOrder) {
  const auto journal = open();
  append(*journal, 0, 3000);  // without a sync there is one segment
  EXPECT_LT(2000u, journal->counters().waiting);
  EXPECT_LT(journal->counters().end, at(2, 0));
  ASSERT_TRUE(journal->sync());
  append(*journal, 3000, 3010);
  EXPECT_EQ(0u, journal->counters().waiting);
  EXPECT_EQ(0u, journal->counters().waiting_bytes);
  EXPECT_EQ(0u, journal->counters().lost);
  EXPECT_EQ(count_up(0, 3010), read(*journal));
}

TEST_F(JournalTest, TakesEventsOfAllSizes) {
  const auto journal = open();
  auto large = sample_event();
  large.path = std::string(4096, 'x');
  large.files.assign(1000, 1);
  for (int i = 0; i < 20; ++i) {
    journal->append(large);
    journal->append(Event{});
  }
  ASSERT_TRUE(journal->sync());
  int count = 0;
  ASSERT_TRUE(journal->read(0, forever, [&](const RecordedEvent& read) {
    EXPECT_EQ(count % 2 == 0 ? large : Event{}, read.event());
    ++count;
    return true;
  }));
  EXPECT_EQ(40, count);
}

TEST_F(JournalTest, EightThreadsAppendWhileOneReads) {
  constexpr std::int64_t threads = 8;
  constexpr std::int64_t each = 10'000;
  const auto journal = open({.segment_bytes = std::uint64_t{1} << 20U});
  std::atomic<int> running = threads;
  std::vector<std::thread> appenders;
  for (std::int64_t thread = 0; thread < threads; ++thread) {
    appenders.emplace_back([&, thread] {
      for (std::int64_t i = 0; i < each; ++i) {
        // As fast as a disk lets them: none may be lost here.
        while (journal->counters().waiting_bytes > std::uint64_t{1} << 20U)
          std::this_thread::yield();
        journal->append(sample_event(thread * each + i));
      }
      --running;
    });
  }
  std::map<std::int64_t, std::int64_t> seen;  // by thread
  std::int64_t total = 0;
  Position position = 0;
  for (bool last = false; !last;) {
    last = running == 0;
    const auto until = journal->sync().value();
    ASSERT_TRUE(journal->read(position, until, [&](const RecordedEvent& read) {
      const auto number = read.target.repo.value;
      EXPECT_EQ(sample_event(number), read.event());
      EXPECT_EQ(seen[number / each]++, number % each);
      ++total;
      return true;
    }));
    position = until;
    ASSERT_TRUE(journal->remove_before(position));
  }
  for (auto& thread : appenders) thread.join();
  EXPECT_EQ(threads * each, total);
  EXPECT_EQ(0u, journal->counters().lost);
  EXPECT_EQ(3u, file_count());
}

TEST_F(JournalTest, BeginsANewSegmentAfterARestart) {
  std::string node;
  Position end = 0;
  {
    const auto journal = open();
    node = journal->node();
    EXPECT_EQ(16u, node.size());
    append(*journal, 0, 500);
    end = journal->sync().value();
  }
  for (std::int64_t run = 1; run <= 3; ++run) {
    const auto journal = open();
    EXPECT_EQ(node, journal->node());
    EXPECT_GT(journal->counters().end, end);
    append(*journal, run * 500, run * 500 + 500);
    const auto new_end = journal->sync().value();
    EXPECT_EQ(count_up(run * 500, run * 500 + 500), read(*journal, end));
    end = new_end;
    EXPECT_EQ(count_up(0, run * 500 + 500), read(*journal));
  }
}

TEST_F(JournalTest, AnEmptySegmentOfAnEarlierRunIsRemoved) {
  {
    open()->sync().value();
  }
  EXPECT_EQ(3u, file_count());
  {
    const auto journal = open();
    EXPECT_EQ(at(4, 64), journal->counters().end);
    EXPECT_EQ(1u, file_count());
    append(*journal, 0, 1);
  }
  open();
  EXPECT_TRUE(os::exists(segment(4))) << "it holds an event";
}

TEST_F(JournalTest, ATornTailIsCutOff) {
  Position before_last = 0;
  Position end = 0;
  {
    const auto journal = open();
    append(*journal, 0, 4);
    before_last = journal->counters().end;
    append(*journal, 4, 5);
    end = journal->sync().value();
  }
  const auto whole = os::read_whole(segment(1), small).value();
  const auto first = static_cast<std::size_t>(before_last - at(1, 0));
  const auto last = static_cast<std::size_t>(end - at(1, 0));
  const auto journal = open();
  append(*journal, 5, 6);
  for (auto offset = first; offset < last; ++offset) {
    for (const bool is_cut : {true, false}) {
      auto torn = whole;
      if (is_cut) torn.resize(offset);
      else torn[offset] = static_cast<char>(torn[offset] ^ 0x10);
      overwrite(segment(1), torn);
      EXPECT_EQ((std::vector<std::int64_t>{0, 1, 2, 3, 5}), read(*journal)) << offset << is_cut;
    }
  }
}

TEST_F(JournalTest, ARecordWithoutItsLengthIsNone) {
  const auto half = JournalSegment::create(directory_.path(), 1, "0123456789abcdef", small).value();
  ASSERT_TRUE(half->append(EncodedEvent(sample_event(1)).bytes()));
  const auto first_end = half->used();
  ASSERT_TRUE(half->append(EncodedEvent(sample_event(2)).bytes()));
  ASSERT_TRUE(half->sync(half->used()));
  auto file = os::open_for_writing(directory_.path() / segment_name(1)).value();
  ASSERT_TRUE(file.write_at(first_end, as_bytes(std::string(4, '\0'))));
  auto reader = JournalSegmentReader::open(directory_.path(), 1, 0).value();
  EXPECT_EQ(sample_event(1), reader.next().value().value().event());
  EXPECT_FALSE(reader.next().value());
  EXPECT_EQ(first_end, reader.offset());
  EXPECT_FALSE(reader.damaged()) << "a process was killed here, nothing worse";
}

TEST_F(JournalTest, WhatIsTheSameStandsThereOnce) {
  const auto journal = open();
  auto event = sample_event(1);
  journal->append(event);
  const auto first = journal->sync().value();
  std::vector<Event> events;
  for (int i = 0; i < 100; ++i) {
    event.at.value += 1000;
    event.status = 200 + i % 2;
    event.bytes = static_cast<std::uint64_t>(i);
    event.user_agent = i % 3 == 0 ? "curl" : "wget";
    events.push_back(event);
    journal->append(event);
  }
  const auto other_agents = 2 * (8 + encoded(static_cast<EventClient&>(event)).size());
  EXPECT_EQ(100 * 44 + other_agents, journal->bytes_after(first));
  // From the middle on, too, where what is referred to was passed.
  std::vector<Event> seen;
  std::map<Position, std::string> agents;
  auto from = first;
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(journal->read(from, forever, [&](const RecordedEvent& read) {
      seen.push_back(read.event());
      EXPECT_EQ(read.client.user_agent,
                agents.emplace(read.client_at, read.client.user_agent).first->second);
      from = read.after;
      return false;
    }));
  }
  EXPECT_EQ(events, seen);
  EXPECT_EQ(2u, agents.size());
}

TEST_F(JournalTest, ReadsWhatIsReferredToAfterMuchElse) {
  const auto journal = open({.segment_bytes = std::uint64_t{32} << 20U});
  journal->append(sample_event(0));
  for (int i = 1; i <= 2000; ++i) {
    auto large = sample_event(i);
    large.path.assign(4000, static_cast<char>('a' + i % 26));
    journal->append(large);
    if (i % 100 == 0) journal->append(sample_event(0));
  }
  int small_ones = 0;
  ASSERT_TRUE(journal->read(0, forever, [&](const RecordedEvent& read) {
    if (read.target.repo.value != 0) return true;
    EXPECT_EQ(sample_event(0), read.event());
    ++small_ones;
    return true;
  }));
  EXPECT_EQ(21, small_ones);
}

// So many that some client takes the place in memory of the target that it comes with.
TEST_F(JournalTest, ManyClientsAskForTheSame) {
  const auto journal = open({.segment_bytes = std::uint64_t{8} << 20U});
  const auto from = [](std::int64_t number) {
    auto event = sample_event(number % 3);
    event.address = std::to_string(number);
    return event;
  };
  for (int i = 0; i < 30'000; ++i) journal->append(from(i));
  std::int64_t next = 0;
  ASSERT_TRUE(journal->read(0, forever, [&](const RecordedEvent& read) {
    EXPECT_EQ(from(next), read.event());
    ++next;
    return true;
  }));
  EXPECT_EQ(30'000, next);
}

TEST_F(JournalTest, AnOutcomeWithoutItsOthersIsDamage) {
  const auto name = directory_.path() / segment_name(1);
  {
    const auto segment =
        JournalSegment::create(directory_.path(), 1, "0123456789abcdef", small).value();
    ASSERT_TRUE(segment->append(EncodedEvent(sample_event(1)).bytes()));
    ASSERT_TRUE(segment->sync(segment->used()));
  }
  auto file = os::open_for_writing(name).value();
  const auto client = 8 + encoded(static_cast<EventClient>(sample_event(1))).size();
  const auto target = 8 + encoded(static_cast<EventTarget>(sample_event(1))).size();
  const auto client_at = std::uint32_t{64};
  const auto target_at = static_cast<std::uint32_t>(client_at + client);
  const auto outcome_at = static_cast<std::uint32_t>(target_at + target);
  const auto reads = [&](std::uint32_t to_client, std::uint32_t to_target) {
    std::string record(44, '\0');
    const std::span bytes(reinterpret_cast<std::byte*>(record.data()), record.size());
    record[0] = 36;
    encode(OutcomeRecord{sample_event(1), to_client, to_target}, bytes.subspan<8, 36>());
    const auto sum = store::crc32c(Bytes(bytes).subspan(8), store::crc32c(Bytes(bytes).first(4)));
    std::memcpy(record.data() + 4, &sum, sizeof sum);
    EXPECT_TRUE(file.write_at(outcome_at, as_bytes(record)));
    auto reader = JournalSegmentReader::open(directory_.path(), 1, outcome_at).value();
    const auto read = reader.next().value();
    EXPECT_EQ(!read, reader.damaged());
    return read.has_value();
  };
  EXPECT_TRUE(reads(client_at, target_at));
  for (const auto wrong : {std::uint32_t{0}, std::uint32_t{40}, client_at + 1, outcome_at,
                           outcome_at + 44, std::uint32_t{0xFFFF'FFFF}}) {
    EXPECT_FALSE(reads(wrong, target_at)) << wrong;
    EXPECT_FALSE(reads(client_at, wrong)) << wrong;
  }
  EXPECT_FALSE(reads(target_at, client_at)) << "the other way round";
}

TEST_F(JournalTest, DamageEndsItsSegmentOnly) {
  std::int64_t in_first = 0;
  std::int64_t all = 0;
  {
    const auto journal = open();
    ASSERT_TRUE(journal->sync());
    for (; journal->counters().end < at(2, 100); ++all) {
      in_first = all;
      append(*journal, all, all + 1);
    }
  }
  const auto whole = os::read_whole(segment(1), small).value();
  const auto journal = open();
  std::uint64_t seed = 1;
  for (int i = 0; i < 200; ++i) {
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    auto damaged = whole;
    const auto offset = (seed >> 20U) % (small - 1000);  // not in the zeros at the end
    damaged[offset] = static_cast<char>(damaged[offset] ^ (1U << (seed >> 61U)));
    overwrite(segment(1), damaged);
    const auto numbers = read(*journal);
    ASSERT_FALSE(numbers.empty());
    const auto kept = static_cast<std::int64_t>(numbers.size()) - (all - in_first);
    ASSERT_LT(kept, in_first) << offset;
    EXPECT_EQ(offset < 60, kept == 0) << offset << ": the head holds all of it";
    auto expected = count_up(0, kept);
    for (auto number = in_first; number < all; ++number) expected.push_back(number);
    EXPECT_EQ(expected, numbers);
  }
}

TEST_F(JournalTest, WhatIsNoSegmentIsPassedOver) {
  {
    append(*open(), 0, 3);
  }
  ASSERT_TRUE(os::replace_durably(segment(9), as_bytes(std::string(1000, 'x'))));
  ASSERT_TRUE(os::replace_durably(segment(10), as_bytes("")));
  ASSERT_TRUE(os::replace_durably(events_ / "note.txt", as_bytes("x")));
  ASSERT_TRUE(os::replace_durably(events_ / (segment_name(11) + ".new"), as_bytes("x")));
  const auto journal = open();
  append(*journal, 3, 5);
  EXPECT_EQ(count_up(0, 5), read(*journal));
  EXPECT_EQ(11u, static_cast<std::uint64_t>(journal->counters().end) >> 32U);
  EXPECT_FALSE(os::exists(events_ / (segment_name(11) + ".new")));
}

TEST_F(JournalTest, RemovesWhatIsBehind) {
  const auto journal = open();
  append(*journal, 0, 1000);
  const auto end = journal->sync().value();
  const auto files = file_count();
  ASSERT_LT(at(3, 0), end);

  Position last_but_one = 0;
  Position last_of_first = 0;
  ASSERT_TRUE(journal->read(0, at(2, 0), [&](const RecordedEvent& read) {
    last_but_one = std::exchange(last_of_first, read.after);
    return true;
  }));
  ASSERT_TRUE(journal->remove_before(last_but_one));
  EXPECT_TRUE(os::exists(segment(1)));
  ASSERT_TRUE(journal->remove_before(last_of_first));
  EXPECT_FALSE(os::exists(segment(1))) << "it ends there";
  EXPECT_EQ(files - 1, file_count());

  ASSERT_TRUE(journal->remove_before(end));
  EXPECT_EQ(3u, file_count()) << "the one that is written, and two ahead";
  EXPECT_EQ(3 * small, journal->counters().disk_bytes);
  ASSERT_TRUE(journal->remove_before(forever));
  EXPECT_EQ(3u, file_count());
  EXPECT_EQ(std::vector<std::int64_t>{}, read(*journal, end));
  append(*journal, 1000, 1010);
  EXPECT_EQ(count_up(1000, 1010), read(*journal, end));
}

TEST_F(JournalTest, NumbersNeverComeAgain) {
  Position end = 0;
  for (int run = 0; run < 4; ++run) {
    const auto journal = open();
    EXPECT_GT(journal->counters().end, end);
    append(*journal, run, run + 1);
    end = journal->sync().value();
    ASSERT_TRUE(journal->remove_before(forever));
  }
  // Not even when all that is left is empty, and nothing new finds room.
  for (int run = 0; run < 3; ++run) {
    const NoRoom full;
    const auto journal = open();
    EXPECT_GT(journal->counters().end, end);
    end = std::max(end, journal->counters().end - 1);
    ASSERT_TRUE(journal->remove_before(forever));
  }
}

TEST_F(JournalTest, TellsWhatIsLeftToRead) {
  const auto journal = open();
  EXPECT_EQ(0u, journal->bytes_after(journal->sync().value()));
  append(*journal, 0, 1);
  const auto one = journal->bytes_after(0);
  EXPECT_EQ(EncodedEvent(sample_event(0)).bytes().size(), one);
  const auto position = journal->sync().value();
  EXPECT_EQ(0u, journal->bytes_after(position));
  append(*journal, 1, 3);
  const auto without_client = one - 8 - encoded(static_cast<EventClient>(sample_event())).size();
  EXPECT_EQ(2 * without_client, journal->bytes_after(position));
  append(*journal, 3, 1000);
  ASSERT_TRUE(journal->sync());
  EXPECT_LE(999 * without_client, journal->bytes_after(position));
  EXPECT_EQ(0u, journal->bytes_after(journal->counters().end));
}

TEST_F(JournalTest, AnOldSegmentIsLeft) {
  const auto journal = open({.segment_bytes = small, .most_segment_age = {}});
  ASSERT_TRUE(journal->sync());
  EXPECT_EQ(at(1, 64), journal->sync()) << "an empty one stays";
  append(*journal, 0, 1);
  const auto end = journal->sync().value();
  EXPECT_EQ(at(2, 64), end);
  EXPECT_EQ(count_up(0, 1), read(*journal, 0, end));
  ASSERT_TRUE(journal->remove_before(end));
  EXPECT_FALSE(os::exists(segment(1))) << "an address would stay";

  const auto young = open();
  append(*young, 0, 1);
  const auto before = young->sync().value();
  EXPECT_EQ(before, young->sync());
}

TEST_F(JournalTest, WaitsForRoom) {
  const auto journal = open();
  ASSERT_TRUE(journal->sync());
  {
    const NoRoom full;
    append(*journal, 0, 2000);
    const auto end = journal->sync().value();
    EXPECT_LT(at(3, 0), end) << "what was made ahead is used up";
    EXPECT_LT(500u, journal->counters().waiting);
    EXPECT_EQ(2000 - journal->counters().waiting, read(*journal, 0, end).size());
    append(*journal, 2000, 2500);
    EXPECT_EQ(end, journal->sync());
    EXPECT_EQ(5u, file_count() + 2) << "nothing half made stays";
  }
  append(*journal, 2500, 2600);
  const auto end = journal->sync().value();
  EXPECT_EQ(0u, journal->counters().waiting);
  EXPECT_EQ(0u, journal->counters().lost);
  append(*journal, 2600, 2700);
  EXPECT_EQ(count_up(0, 2600), read(*journal, 0, end));
  EXPECT_EQ(count_up(0, 2700), read(*journal));
}

TEST_F(JournalTest, StartsWithoutRoom) {
  {
    append(*open(), 0, 10);
  }
  std::unique_ptr<Journal> journal;
  {
    const NoRoom full;
    journal = open();
    append(*journal, 10, 20);
    EXPECT_EQ(at(2, 64), journal->sync());
    EXPECT_EQ(10u, journal->counters().waiting);
    EXPECT_EQ(count_up(0, 10), read(*journal, 0, journal->counters().end));
  }
  ASSERT_TRUE(journal->sync());
  EXPECT_EQ(count_up(0, 20), read(*journal));
}

bool is_even(const Event& event) { return event.repo.value % 2 == 0; }

TEST_F(JournalTest, DropsFirstWhatCountsNothing) {
  const auto record = EncodedEvent(sample_event(100)).bytes().size();
  const JournalOptions options{
      .segment_bytes = small, .most_waiting_bytes = 1000 * (record + 64), .counts = is_even};
  const auto journal = open(options);
  std::int64_t first_waiting = 0;
  std::uint64_t kept = 0;
  std::optional<NoRoom> full(std::in_place);
  for (; journal->counters().waiting == 0; ++first_waiting) {
    append(*journal, first_waiting, first_waiting + 1);
  }
  append(*journal, first_waiting, 20'000);
  const auto now = journal->counters();
  EXPECT_LE(now.waiting_bytes, options.most_waiting_bytes);
  EXPECT_GT(now.waiting_bytes, options.most_waiting_bytes - 500);
  EXPECT_EQ(20'000u, now.appended);
  kept = now.waiting;
  EXPECT_EQ(20'000u, now.lost + now.waiting + static_cast<std::uint64_t>(first_waiting) - 1);
  // Those that count, one after the other, up to where they fill the memory.
  const auto even_before = static_cast<std::uint64_t>(first_waiting) / 2;
  EXPECT_EQ(10'000u, now.lost_counting + kept + even_before);

  full.reset();
  ASSERT_TRUE(journal->sync());
  auto expected = count_up(0, first_waiting - 1);
  auto even = (first_waiting - 1 + 1) / 2 * 2;
  for (std::uint64_t i = 0; i < kept; ++i, even += 2) expected.push_back(even);
  EXPECT_EQ(expected, read(*journal));
}

TEST_F(JournalTest, NothingIsDroppedBeforeTheMemoryIsFull) {
  const auto journal = open({.segment_bytes = small, .counts = is_even});
  {
    const NoRoom full;
    append(*journal, 0, 5000);
    EXPECT_EQ(0u, journal->counters().lost);
  }
  ASSERT_TRUE(journal->sync());
  EXPECT_EQ(count_up(0, 5000), read(*journal));
}

// What append() returned from is there, however the process ends.
TEST_F(JournalTest, OutlivesTheProcess) {
  auto* const acknowledged = static_cast<std::atomic<std::int64_t>*>(
      mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  std::int64_t next = 0;
  for (int round = 0; round < 10; ++round) {
    *acknowledged = next;
    const auto child = fork();
    if (child == 0) {
      const auto journal = open();
      for (auto number = next;; ++number) {
        if (number % 50 == 0 && !journal->sync()) _exit(1);
        journal->append(sample_event(number));
        *acknowledged = number + 1;
      }
    }
    while (*acknowledged < next + 100 + 61 * round) std::this_thread::yield();
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));
    const auto numbers = read(*open());
    const auto count = static_cast<std::int64_t>(numbers.size());
    EXPECT_GE(count, *acknowledged);
    EXPECT_LE(count, *acknowledged + 1);
    EXPECT_EQ(count_up(0, count), numbers);
    next = count;
  }
  munmap(acknowledged, 4096);
}

}  // namespace
}  // namespace kohaku::stats
