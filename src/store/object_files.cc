#include "store/object_files.h"

#include <filesystem>
#include <system_error>

#include "base/hash.h"
#include "os/log.h"

namespace kohaku::store {

os::Path ObjectFiles::directory(std::string_view physical_name) const {
  return objects() / physical_name.substr(0, 2) / physical_name.substr(2, 2);
}

os::Path ObjectFiles::object(std::string_view physical_name) const {
  return directory(physical_name) / physical_name;
}

os::Path ObjectFiles::checksums(std::string_view physical_name) const {
  return directory(physical_name) / (std::string(physical_name) + ".crc");
}

void ObjectFiles::begin_grace(std::string_view physical_name) const {
  std::error_code ignored;  // a file that is gone needs no grace
  std::filesystem::last_write_time(checksums(physical_name),
                                   std::filesystem::file_time_type::clock::now(), ignored);
}

Result<> ObjectFiles::remove(std::string_view physical_name) const {
  // In this order: check sums without an object are swept, an object without check sums is damage.
  TRY(os::remove_file(object(physical_name)));
  return os::remove_file(checksums(physical_name));
}

void ObjectFiles::remove_unneeded(std::string_view physical_name) const {
  if (auto removed = remove(physical_name); !removed) {
    os::log_warning("A copy that nobody names could not be removed",
                    {{"reason", std::string_view(removed.error().detail)}});
  }
}

std::string new_physical_name(std::string_view hash) {
  return std::string(hash) + "." + random_text(16);
}

}  // namespace kohaku::store
