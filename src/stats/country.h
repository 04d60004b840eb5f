// Where an address is, by a MaxMind database (MMDB) that the operator supplies.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "os/files.h"

namespace kohaku::stats {

struct Place {
  std::string country;  // ISO 3166-1 code, "" when unknown
  std::string region;   // of a region or, without one, a city; English; "" when unknown
  friend bool operator==(const Place&, const Place&) = default;
};

class Countries {
 public:
  // Without a path every place is unknown. bad_request when the file is no such database.
  static Result<Countries> open(const os::Path& path);
  Countries() = default;

  Place find(std::string_view address) const;  // any number of threads

 private:
  struct Database;
  std::shared_ptr<const Database> database_;  // null: nothing is known
};

}  // namespace kohaku::stats
