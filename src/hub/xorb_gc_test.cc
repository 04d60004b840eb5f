#include "hub/xorb_gc.h"

#include <atomic>
#include <thread>

#include "hub/chunk_query.h"
#include "hub/commit_fixture.h"
#include "hub/fsck.h"
#include "hub/lfs_gc.h"
#include "hub/xet_access.h"
#include "hub/xet_shard.h"
#include "hub/xorb_rights.h"
#include "store/chunk_fixture.h"
#include "store/xorb_compaction.h"
#include "xet/shard_fixture.h"

namespace kohaku::hub {
namespace {

constexpr std::int64_t hour = 3600;
constexpr std::int64_t day = 86'400;

using store::MadeFile;
using store::sample_xorb;
using store::SampleXorb;

class XorbGarbageTest : public ReadingTest {
 protected:
  Micros in(std::int64_t seconds) { return clock().now().plus_seconds(seconds); }

  void register_now(const SampleXorb& xorb, std::int64_t seconds = registration_seconds) {
    value_of(hub().database.write_now([&](db::Connection& c) {
      return register_xorb(c, {ada_.id, {}}, xorb.hash, in(seconds));
    }));
  }
  void publish(const SampleXorb& xorb) { value_of(store::publish_xorb(hub().objects, xorb)); }
  void publish(const MadeFile& file, const Repo& repo, std::int64_t seconds = 7 * day) {
    value_of(store::publish_file(hub().database, file, repo.id, in(seconds), clock().now()));
  }
  // In whole form, with its Xet identity.
  void publish_whole(const std::string& content, const Repo& repo, std::int64_t seconds = 7 * day) {
    auto staging = value_of(hub().objects.stage());
    value_of(staging.write(as_bytes(content)));
    value_of(staging.verify(sha256(content), content.size()));
    value_of(run_task(hub().objects.publish(std::move(staging), repo.id, in(seconds))));
    value_of(store::identify_all(hub().database, clock(), hub().objects));
  }

  std::int64_t count(const std::string& table) {
    return read([&](db::Connection& c) -> Result<std::int64_t> {
      return std::get<0>(*TRY(c.sql("SELECT COUNT(*) FROM " + table).first<std::int64_t>()));
    });
  }
  bool has(const SampleXorb& xorb) {
    return value_of(hub().objects.xorbs().find(xorb.hash)) != nullptr;
  }
  std::string content_of(const MadeFile& file, const Repo& repo) {
    const auto found =
        read([&](db::Connection& c) { return store::ObjectStore::find(c, repo.id, file.oid()); });
    return found ? value_of(hub().objects.read_text(*found, 0, found->size)) : "";
  }

  GarbageReport collect(bool dry_run = false) { return value_of(collect_garbage(hub(), dry_run)); }
  std::size_t files() { return store::count_files(hub().objects.files().objects()); }
  void expect_sound() { EXPECT_EQ(value_of(fsck(hub(), true)), std::vector<std::string>{}); }

  User ada_ = add_account("ada");
  Repo repo_ = add_repo(ada_, "first");
  Repo other_ = add_repo(ada_, "second");
};

TEST_F(XorbGarbageTest, AXorbGoesWhenNobodyCountsOnItAnyMore) {
  const auto xorb = sample_xorb(3, 1);
  publish(xorb);
  register_now(xorb);
  clock().advance_seconds(registration_seconds - 1);
  EXPECT_EQ(collect().xorbs.xorbs, 0U);
  clock().advance_seconds(1);
  const auto dry = collect(true).xorbs;
  EXPECT_EQ(dry.registrations, 1U);
  EXPECT_EQ(dry.xorbs, 1U);
  EXPECT_EQ(dry.bytes, xorb.packed.size());
  EXPECT_TRUE(has(xorb));
  const auto real = collect().xorbs;
  EXPECT_EQ(real.registrations, 1U);
  EXPECT_EQ(real.xorbs, 1U);
  EXPECT_EQ(real.bytes, xorb.packed.size());
  EXPECT_FALSE(has(xorb));
  EXPECT_EQ(count("xorb_registration"), 0);
}

TEST_F(XorbGarbageTest, ItsFileFollowsAnHourLater) {
  const auto xorb = sample_xorb(3, 1);
  publish(xorb);
  clock().advance_seconds(2 * hour);
  EXPECT_EQ(collect().xorbs.xorbs, 1U);
  // The grace counts in the file system's time.
  clock().set(os::SystemClock().now());
  EXPECT_EQ(collect().files, 0U);
  EXPECT_EQ(files(), 2U);
  clock().advance_seconds(3700);
  EXPECT_EQ(collect().files, 1U);
  EXPECT_EQ(files(), 0U);
}

TEST_F(XorbGarbageTest, TheFileOfAXorbThatStaysIsNoOrphan) {
  const auto xorb = sample_xorb(3, 1);
  publish(xorb);
  clock().set(os::SystemClock().now());
  register_now(xorb);
  clock().advance_seconds(day);
  EXPECT_EQ(collect().files, 0U);
  EXPECT_EQ(files(), 2U);
}

TEST_F(XorbGarbageTest, AYoungXorbStays) {
  const auto xorb = sample_xorb(3, 1);
  publish(xorb);
  clock().advance_seconds(hour - 1);
  EXPECT_EQ(collect().xorbs.xorbs, 0U);
  clock().advance_seconds(1);
  EXPECT_EQ(collect().xorbs.xorbs, 1U);
}

TEST_F(XorbGarbageTest, AXorbStaysWhileAnObjectNamesIt) {
  const auto xorb = sample_xorb(3, 1);
  publish(xorb);
  const auto file = MadeFile().add(xorb, 0, 2);
  publish(file, repo_, 10 * day);
  clock().advance_seconds(10 * day - 1);
  EXPECT_EQ(collect().xorbs.xorbs, 0U);
  EXPECT_EQ(content_of(file, repo_), file.content());
  clock().advance_seconds(1);
  const auto dry = collect(true);
  EXPECT_EQ(dry.objects, 1U);
  EXPECT_EQ(dry.xorbs.xorbs, 1U);
  EXPECT_EQ(count("object_terms"), 1);
  const auto real = collect();
  EXPECT_EQ(real.objects, 1U);
  EXPECT_EQ(real.xorbs.xorbs, 1U);
  EXPECT_EQ(count("object_terms"), 0);
  EXPECT_EQ(count("object_xorb"), 0);
  expect_sound();
}

TEST_F(XorbGarbageTest, AnObjectGoesWithItsViews) {
  publish_whole(store::noise(300'000), repo_);
  ASSERT_EQ(count("xorb"), 1);
  clock().advance_seconds(7 * day);
  EXPECT_EQ(collect(true).objects, 1U);
  const auto report = collect();
  EXPECT_EQ(report.objects, 1U);
  EXPECT_EQ(report.xorbs.xorbs, 0U);
  for (const auto* table : {"large_object", "xorb", "object_terms", "object_xorb", "xet_chunk"}) {
    EXPECT_EQ(count(table), 0) << table;
  }
}

TEST_F(XorbGarbageTest, ARegisteredViewKeepsItsObject) {
  publish_whole(store::noise(300'000), repo_);
  execute("INSERT INTO xorb_registration SELECT ?1, 0, hash, ?2 FROM xorb", ada_.id, in(20 * day));
  clock().advance_seconds(19 * day);
  EXPECT_EQ(collect(true).objects, 0U);
  EXPECT_EQ(collect().objects, 0U);
  EXPECT_EQ(count("object_link"), 0);
  expect_sound();
  clock().advance_seconds(day);
  EXPECT_EQ(collect().objects, 1U);
  EXPECT_EQ(count("xorb"), 0);
}

// A file over chunks of what arrived whole.
class ViewGarbageTest : public XorbGarbageTest {
 protected:
  ViewGarbageTest() {
    const auto content = store::noise(300'000);
    publish_whole(content, repo_);
    const auto view = value_of(
        hub().objects.xorbs().get(store::terms_of(hub().database, sha256(content)).at(0).xorb));
    view_ = {view->hash(), view->chunks(), {}, {}};
    for (std::uint32_t i = 0; i < view->count(); ++i) {
      view_.contents.push_back(content.substr(view->offset(i), view->chunks()[i].size));
    }
    file_.add(view_, 0, 1);
    publish(file_, other_, 30 * day);
  }
  SampleXorb view_;
  MadeFile file_;
};

TEST_F(ViewGarbageTest, AViewThatIsNamedKeepsItsObject) {
  clock().advance_seconds(20 * day);
  EXPECT_EQ(collect(true).objects, 0U);
  EXPECT_EQ(collect().objects, 0U);
  EXPECT_EQ(content_of(file_, other_), file_.content());
  expect_sound();
}

TEST_F(ViewGarbageTest, BothGoTogether) {
  clock().advance_seconds(40 * day);
  EXPECT_EQ(collect(true).objects, 2U);
  EXPECT_EQ(collect().objects, 2U);
  EXPECT_EQ(count("xorb"), 0);
  EXPECT_EQ(count("large_object"), 0);
}

TEST_F(XorbGarbageTest, AViewWaitsForTheIdentityOfItsObject) {
  publish_whole(store::noise(300'000), repo_, 100 * day);
  execute("DELETE FROM object_terms");
  execute("DELETE FROM object_xorb");
  execute("UPDATE large_object SET xet_hash = NULL");
  clock().advance_seconds(day);
  EXPECT_EQ(collect().xorbs.xorbs, 0U);
  value_of(store::identify_all(hub().database, clock(), hub().objects));
  EXPECT_EQ(count("object_xorb"), 1);
  execute("DELETE FROM object_xorb");
  EXPECT_EQ(collect().xorbs.xorbs, 1U);
  EXPECT_EQ(count("large_object"), 1);
}

// Two files over ten chunks; the larger one goes after a week.
class CompactionTest : public XorbGarbageTest {
 protected:
  CompactionTest() {
    publish(xorb_);
    publish(tail_xorb_);
    publish(all_, repo_, 7 * day);
    publish(some_, repo_, 90 * day);
    clock().advance_seconds(8 * day);
  }
  SampleXorb xorb_ = sample_xorb(10, 1);
  SampleXorb tail_xorb_ = sample_xorb(2, 2);
  MadeFile all_ = MadeFile().add(xorb_, 0, 10);
  MadeFile some_ =
      MadeFile().add(tail_xorb_, 0, 2).add(xorb_, 7, 8).add(xorb_, 2, 4).add(xorb_, 3, 4);
};

TEST_F(CompactionTest, WhatIsMostlyDeadIsWrittenAnew) {
  const auto freed = xorb_.packed.size() - xorb_.packed_bytes(2, 4) - xorb_.packed_bytes(7, 8);
  const auto dry = collect(true).xorbs;
  EXPECT_EQ(dry.compacted, 1U);
  EXPECT_EQ(dry.compacted_bytes, freed);
  EXPECT_TRUE(has(xorb_));

  const auto real = collect().xorbs;
  EXPECT_EQ(real.skipped, std::vector<std::string>{});
  EXPECT_EQ(real.compacted, 1U);
  EXPECT_EQ(real.compacted_bytes, freed);
  EXPECT_FALSE(has(xorb_));
  const auto smaller = store::pack_xorb({xorb_.contents[2], xorb_.contents[3], xorb_.contents[7]});
  EXPECT_TRUE(has(smaller));
  EXPECT_EQ(store::terms_of(hub().database, some_.oid()), MadeFile()
                                                              .add(tail_xorb_, 0, 2)
                                                              .add(smaller, 2, 3)
                                                              .add(smaller, 0, 2)
                                                              .add(smaller, 1, 2)
                                                              .terms());
  EXPECT_EQ(content_of(some_, repo_), some_.content());
  EXPECT_EQ(count("object_xorb"), 2);
  EXPECT_EQ(files(), 6U) << "the old file stays for its hour";
  expect_sound();
  EXPECT_EQ(collect().xorbs.compacted, 0U);
}

TEST_F(CompactionTest, WhatClientsCountOnStaysAsItIs) {
  register_now(xorb_);
  EXPECT_EQ(collect(true).xorbs.compacted, 0U);
  EXPECT_EQ(collect().xorbs.compacted, 0U);
  EXPECT_TRUE(has(xorb_));
}

TEST_F(CompactionTest, WhatIsHalfAliveStaysAsItIs) {
  publish(MadeFile().add(xorb_, 3, 7), repo_);
  EXPECT_EQ(collect().xorbs.compacted, 0U);
  EXPECT_TRUE(has(xorb_));
}

TEST_F(CompactionTest, WhatIsNamedMeanwhileKeepsTheXorb) {
  store::ChunkUse use;
  use.watch(xorb_.hash);
  value_of(use.add(hub().database, some_.oid()));
  const auto late = MadeFile().add(xorb_, 4, 6);
  publish(late, other_);
  const auto done =
      store::compact(hub().database, hub().objects.xorbs(), hub().objects.files(), xorb_.hash, use,
                     [](db::Connection&, const xet::Hash&) -> Result<bool> { return true; });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::conflict);
  EXPECT_TRUE(has(xorb_));
  EXPECT_EQ(store::terms_of(hub().database, some_.oid()), some_.terms());
  EXPECT_EQ(files(), 4U) << "the copy is gone";
  EXPECT_EQ(content_of(late, other_), late.content());
  expect_sound();
}

TEST_F(CompactionTest, AReaderBetweenTwoTermsReadsOn) {
  store::TermReader terms(hub().database, some_.oid());
  store::Reassembly reading(
      hub().objects.xorbs(), [&] { return terms.next(); }, 0, tail_xorb_.chunks[0].size + 1,
      store::Checking::by_checksum,
      [&](xet::Term& term) { return terms.open(hub().objects.xorbs(), term); });
  value_of(reading.read());  // the page with the old terms is read
  collect();
  ASSERT_FALSE(has(xorb_));
  auto term = value_of(terms.next());
  ASSERT_TRUE(term);
  EXPECT_EQ(term->xorb, xorb_.hash);
  const auto xorb = value_of(terms.open(hub().objects.xorbs(), *term));
  EXPECT_EQ(term->xorb, xorb->hash());
  EXPECT_EQ(xorb->chunks()[term->first].hash, xorb_.chunks[7].hash);
  EXPECT_EQ(term->last_exclusive, term->first + 1);
}

TEST_F(CompactionTest, ChunksThatMayBeAskedForStayKnown) {
  for (const auto i : {2U, 5U}) {
    execute("INSERT INTO xet_chunk (chunk_hash, xorb_hash) VALUES (?1, ?2)", xorb_.chunks[i].hash,
            xorb_.hash);
  }
  collect();
  const auto known = read([](db::Connection& c) {
    return c.sql("SELECT chunk_hash, xorb_hash FROM xet_chunk").all<xet::Hash, xet::Hash>();
  });
  ASSERT_EQ(known.size(), 1U);
  EXPECT_EQ(std::get<0>(known[0]), xorb_.chunks[2].hash);
}

TEST_F(CompactionTest, ADamagedXorbIsLeftAlone) {
  const auto name = value_of(hub().objects.xorbs().get(xorb_.hash))->place().physical_name;
  auto file = value_of(os::open_for_writing(hub().objects.files().object(name)));
  value_of(file.write_at(xorb_.packed_bytes(0, 2) + 50, as_bytes("damage")));
  const auto report = collect().xorbs;
  EXPECT_EQ(report.compacted, 0U);
  EXPECT_EQ(report.skipped.size(), 1U);
  EXPECT_TRUE(has(xorb_));
}

// Shards are published, and chunks asked for, while everything that may be collected is.
class BesideUploadsTest : public XorbGarbageTest {
 protected:
  XetWriter writer() {
    auto caller = this->caller(ada_);
    caller.may_write = true;
    const auto content =
        value_of(Access(hub()).readable_content(caller, repo_.type, {repo_.owner, repo_.name}));
    const auto grant = value_of(grant_xet(hub(), content, XetRight::write, {}));
    const auto header = "Bearer " + grant.token;
    return value_of(Access(hub()).xet_writer({header, "", ""}));
  }

  // As the endpoints do it.
  Result<> upload(const XetWriter& writer, const SampleXorb& xorb, const MadeFile& file) {
    TRY(store::publish_xorb(hub().objects, xorb, [&](db::Connection& c) {
      return register_xorb(c, writer.scope(), xorb.hash, in(registration_seconds));
    }));
    const std::vector<xet::FileEntry> entries{
        {file.hash(), file.terms(), file.ranges(), file.oid()}};
    TextBody body(xet::write_upload_shard(entries, {}), 1 << 20U);
    return run_task(deliver(hub(), writer, body));
  }

  static Task<Result<>> deliver(Hub& hub, const XetWriter& writer, http::BodyReader& body) {
    const auto shard = CO_TRY(co_await receive_shard(hub, body));
    ShardVerification verification(hub, writer, shard);
    while (!CO_TRY(verification.advance())) {
    }
    co_return co_await verification.publish();
  }

  // Makes everything old, so that only `part` stays, and the xorb is mostly dead.
  void age(const MadeFile& file) {
    execute("UPDATE xorb SET created_at = 0");
    execute("UPDATE xorb_registration SET keep_until = 0");
    execute("UPDATE object_link SET keep_until = 0 WHERE sha256 = ?1", file.oid());
  }
};

TEST_F(BesideUploadsTest, NothingThatWasPromisedIsLost) {
  const auto writing = writer();
  const auto xorb = sample_xorb(8, 1);
  const auto file = MadeFile().add(xorb, 0, 8);
  const auto part = MadeFile().add(xorb, 1, 3);
  std::atomic<bool> done = false;
  std::atomic<int> rounds = 0;
  std::uint64_t compacted = 0;
  std::jthread collector([&] {
    while (!done) {
      age(file);
      compacted += collect().xorbs.compacted;
      ++rounds;
    }
  });
  int published = 0;
  for (int i = 0; i < 60; ++i) {
    const auto uploaded = upload(writing, xorb, i % 2 == 0 ? file : part);
    const auto query = run_task(find_chunk(hub(), writing, xorb.chunks[0].hash));
    if (!query) EXPECT_EQ(query.error().code, Code::not_found) << query.error().detail;
    if (uploaded) {
      ++published;
    } else {
      const auto code = uploaded.error().code;
      EXPECT_TRUE(code == Code::not_found || code == Code::conflict)
          << uploaded.error().message << " " << uploaded.error().detail;
    }
    if (i % 4 != 1) continue;
    // Sometimes a collection finds that only `part` lives.
    for (const auto before = rounds.load(); rounds < before + 2;) std::this_thread::yield();
  }
  done = true;
  collector.join();
  EXPECT_GT(published, 0);
  EXPECT_GT(compacted, 0U);
  value_of(upload(writing, xorb, file));
  collect();
  EXPECT_EQ(content_of(file, repo_), file.content());
  EXPECT_EQ(content_of(part, repo_), part.content());
  expect_sound();
}

}  // namespace
}  // namespace kohaku::hub
