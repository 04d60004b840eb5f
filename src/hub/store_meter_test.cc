#include "hub/store_meter.h"

#include <chrono>
#include <thread>

#include "hub/accounts_fixture.h"

namespace kohaku::hub {
namespace {

class StoreMeterTest : public AccountsTest {
 protected:
  StoreUse measured() {
    return ok(measure_store(hub().database, hub().objects.files().staging(), clock().now()));
  }

  void add_objects() {
    execute("INSERT INTO large_object (sha256, size, form, physical_name, created_at) VALUES"
            " (x'01', 100, 'whole', 'a', 0), (x'02', 23, 'whole', 'b', 0);"
            "INSERT INTO large_object (sha256, size, form, created_at) VALUES (x'03', 7, 'xet', 0);"
            "INSERT INTO xorb (hash, form, physical_name, file_size, packed_size, size, created_at,"
            " chunks) VALUES (x'04', 'stored', 'c', 5, 4, 9, 0, x'');"
            "INSERT INTO xorb (hash, form, view_sha256, view_offset, packed_size, size, created_at,"
            " chunks) VALUES (x'05', 'view', x'01', 0, 100, 100, 0, x'');");
  }

  static double value(const Metrics::Families& families, std::string_view name, std::size_t row) {
    for (const auto& family : families) {
      if (family.name == name) return family.metric.at(row).gauge.value;
    }
    return -1;
  }
};

TEST_F(StoreMeterTest, CountsEachFormApart) {
  EXPECT_EQ(measured().whole_objects, 0U);
  EXPECT_EQ(measured().stored_xorb_bytes, 0U);
  add_objects();
  const auto use = measured();
  EXPECT_EQ(use.whole_objects, 2U);
  EXPECT_EQ(use.whole_bytes, 123U);
  EXPECT_EQ(use.xet_objects, 1U);
  EXPECT_EQ(use.xet_bytes, 7U);
  EXPECT_EQ(use.stored_xorbs, 1U);
  EXPECT_EQ(use.stored_xorb_bytes, 5U);
  EXPECT_EQ(use.xorb_views, 1U);
}

TEST_F(StoreMeterTest, SeesWhatIsOnItsWay) {
  auto staging = ok(hub().objects.stage());
  ok(staging.write(as_bytes("four")));
  EXPECT_EQ(measured().staging_files, 1U);
  EXPECT_EQ(measured().staging_bytes, 4U);
  EXPECT_EQ(measured().promised_uploads, 0U);
}

TEST_F(StoreMeterTest, MeasuresInTheBackgroundAndNotAtEachScrape) {
  const auto meter = std::make_shared<StoreMeter>(hub());
  auto families = meter->collect();
  EXPECT_TRUE(families.empty()) << "nobody waits for the first count";
  for (int i = 0; i < 500 && families.empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    families = meter->collect();
  }
  ASSERT_EQ(value(families, "kohakuhub_store_large_objects", 0), 0);
  add_objects();
  for (int i = 0; i < 20; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    EXPECT_EQ(value(meter->collect(), "kohakuhub_store_large_objects", 0), 0) << "too early";
  }
}

}  // namespace
}  // namespace kohaku::hub
