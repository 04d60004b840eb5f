#include "stats/country.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "os/scratch_directory.h"

namespace kohaku::stats {
namespace {

// Values as an MMDB has them: https://maxmind.github.io/MaxMind-DB/
std::string text(std::string_view value) {
  return static_cast<char>(2 << 5 | static_cast<int>(value.size())) + std::string(value);
}
std::string map(const std::vector<std::pair<std::string_view, std::string>>& entries) {
  std::string bytes(1, static_cast<char>(7 << 5 | static_cast<int>(entries.size())));
  for (const auto& [key, value] : entries) bytes += text(key) + value;
  return bytes;
}
std::string list(const std::vector<std::string>& items) {
  std::string bytes{static_cast<char>(items.size()), 11 - 7};
  for (const auto& item : items) bytes += item;
  return bytes;
}
std::string number(int type, std::uint32_t value, int size) {
  std::string bytes(1, static_cast<char>(type << 5 | size));
  for (int i = size - 1; i >= 0; --i) bytes += static_cast<char>(value >> 8 * i & 0xff);
  return bytes;
}

// A database of IPv4 networks.
class Writer {
 public:
  void add(std::uint32_t network, int bits, const std::string& value) {
    std::size_t node = 0;
    for (int i = 0; i < bits; ++i) {
      const auto side = network >> (31 - i) & 1U;
      if (i == bits - 1) {
        nodes_[node][side] = {Record::data, data_.size()};
      } else {
        if (nodes_[node][side].kind == Record::nothing) {
          nodes_[node][side] = {Record::next, nodes_.size()};
          nodes_.emplace_back();
        }
        node = nodes_[node][side].at;
      }
    }
    data_ += value;
  }

  std::string whole() const {
    std::string bytes;
    for (const auto& node : nodes_) {
      for (const auto& record : node) {
        const auto value = record.kind == Record::next      ? record.at
                           : record.kind == Record::nothing ? nodes_.size()
                                                            : nodes_.size() + 16 + record.at;
        for (int shift = 16; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
      }
    }
    bytes += std::string(16, '\0') + data_ + "\xab\xcd\xefMaxMind.com";
    return bytes + map({{"binary_format_major_version", number(5, 2, 1)},
                        {"binary_format_minor_version", number(5, 0, 0)},
                        {"build_epoch", std::string{1, 9 - 7, 1}},
                        {"database_type", text("Test")},
                        {"description", map({})},
                        {"ip_version", number(5, 4, 1)},
                        {"languages", list({text("en")})},
                        {"node_count", number(6, static_cast<std::uint32_t>(nodes_.size()), 4)},
                        {"record_size", number(5, 24, 1)}});
  }

 private:
  struct Record {
    enum Kind { nothing, next, data } kind = nothing;
    std::size_t at = 0;
  };
  std::vector<std::array<Record, 2>> nodes_{1};
  std::string data_;
};

std::string names(std::string_view name) {
  return map({{"names", map({{"de", text("anders")}, {"en", text(name)}})}});
}

class CountryTest : public testing::Test {
 protected:
  Result<Countries> open(const std::string& bytes) {
    const auto path = directory_.path() / "places.mmdb";
    EXPECT_TRUE(os::replace_durably(path, as_bytes(bytes)));
    return Countries::open(path);
  }

  os::ScratchDirectory directory_ = *os::ScratchDirectory::make(testing::TempDir());
};

TEST_F(CountryTest, FindsCountryAndRegionOrCity) {
  Writer writer;
  const auto country = [](std::string_view code) { return map({{"iso_code", text(code)}}); };
  writer.add(0xcb007100, 24,  // 203.0.113.0/24
             map({{"country", country("JP")},
                  {"subdivisions", list({names("Kyoto"), names("Inner")})},
                  {"city", names("Uji")}}));
  writer.add(0xc6336400, 24, map({{"country", country("FR")}, {"city", names("Lyon")}}));
  writer.add(0xc0000200, 24, map({{"continent", text("AF")}}));
  const auto countries = open(writer.whole());
  ASSERT_TRUE(countries) << countries.error().detail;
  EXPECT_EQ(countries->find("203.0.113.77"), (Place{"JP", "Kyoto"}));
  EXPECT_EQ(countries->find("198.51.100.1"), (Place{"FR", "Lyon"}));
  EXPECT_EQ(countries->find("192.0.2.1"), (Place{}));
  EXPECT_EQ(countries->find("203.0.114.1"), (Place{})) << "another network";
  EXPECT_EQ(countries->find("2001:db8::1"), (Place{}));
  EXPECT_EQ(countries->find("no address"), (Place{}));
  EXPECT_EQ(countries->find(""), (Place{}));
}

TEST_F(CountryTest, KnowsNothingWithoutADatabase) {
  const auto countries = Countries::open({});
  ASSERT_TRUE(countries);
  EXPECT_EQ(countries->find("203.0.113.77"), (Place{}));
}

TEST_F(CountryTest, RefusesWhatIsNone) {
  EXPECT_FALSE(open("not a database"));
  const auto missing = Countries::open(directory_.path() / "missing.mmdb");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::bad_request);
}

}  // namespace
}  // namespace kohaku::stats
