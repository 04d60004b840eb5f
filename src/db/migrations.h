// The numbered SQL files of migrations/, embedded at build time.
#pragma once

#include <span>
#include <string_view>

namespace kohaku::db {

struct Migration {
  int number;
  std::string_view name;
  std::string_view sql;
};

// In ascending order of number.
std::span<const Migration> embedded_migrations();

}  // namespace kohaku::db
