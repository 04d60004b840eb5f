#include "stats/country.h"

#include <maxminddb.h>

#include <array>
#include <utility>

namespace kohaku::stats {
namespace {

// "" where the database has no such text.
std::string text_at(MMDB_entry_s& entry, const char* const* path) {
  MMDB_entry_data_s data;
  if (MMDB_aget_value(&entry, &data, path) != MMDB_SUCCESS || !data.has_data ||
      data.type != MMDB_DATA_TYPE_UTF8_STRING) {
    return {};
  }
  return {data.utf8_string, data.data_size};
}

}  // namespace

struct Countries::Database {
  MMDB_s mmdb{};
  Database() = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() {
    if (mmdb.filename != nullptr) MMDB_close(&mmdb);
  }
};

Result<Countries> Countries::open(const os::Path& path) {
  Countries countries;
  if (path.empty()) return countries;
  auto database = std::make_shared<Database>();
  const int status = MMDB_open(path.c_str(), MMDB_MODE_MMAP, &database->mmdb);
  if (status != MMDB_SUCCESS) {
    database->mmdb.filename = nullptr;  // closed already
    return fail(Code::bad_request,
                "KOHAKU_HUB_GEOIP_DB: " + path.native() + " is not a readable MMDB file.",
                MMDB_strerror(status));
  }
  countries.database_ = std::move(database);
  return countries;
}

Place Countries::find(std::string_view address) const {
  if (!database_) return {};
  int no_address = 0;
  int failure = MMDB_SUCCESS;
  auto found =
      MMDB_lookup_string(&database_->mmdb, std::string(address).c_str(), &no_address, &failure);
  if (no_address != 0 || failure != MMDB_SUCCESS || !found.found_entry) return {};
  constexpr std::array<const char*, 3> country = {"country", "iso_code", nullptr};
  constexpr std::array<const char*, 5> region = {"subdivisions", "0", "names", "en", nullptr};
  constexpr std::array<const char*, 4> city = {"city", "names", "en", nullptr};
  Place place{text_at(found.entry, country.data()), text_at(found.entry, region.data())};
  if (place.region.empty()) place.region = text_at(found.entry, city.data());
  return place;
}

}  // namespace kohaku::stats
