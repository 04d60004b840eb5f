# cmake -DKIND=migrations|pages -DOUTPUT=x.cc -DHEADER=x.h -DROOT=dir -DFILES=a;b -P embed_files.cmake
#
# Writes FILES into a C++ source as string literals. Bytes are written as \x escapes, so that any
# file (quotes, NUL, images) survives; the length is explicit.

cmake_minimum_required(VERSION 3.25)

function(literal file result size)
  file(SIZE ${file} bytes)
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "(..)" "\\\\x\\1" escaped "${hex}")
  set(${result} "\"${escaped}\"" PARENT_SCOPE)
  set(${size} ${bytes} PARENT_SCOPE)
endfunction()

set(rows "")
set(numbers "")
foreach(file IN LISTS FILES)
  literal(${file} text size)
  if(KIND STREQUAL "migrations")
    get_filename_component(name ${file} NAME_WE)
    if(NOT name MATCHES "^([0-9][0-9][0-9][0-9])_[a-z0-9_]+$")
      message(FATAL_ERROR "${file}: a migration is named 0001_words.sql")
    endif()
    set(digits ${CMAKE_MATCH_1})
    if(digits IN_LIST numbers)
      message(FATAL_ERROR "${file}: there are two migrations with the number ${digits}")
    endif()
    list(APPEND numbers ${digits})
    math(EXPR number "1${digits} - 10000")
    string(APPEND rows "    {${number}, \"${name}\", std::string_view(${text}, ${size})},\n")
  else()
    file(RELATIVE_PATH name ${ROOT} ${file})
    string(APPEND rows "    {\"${name}\", std::string_view(${text}, ${size})},\n")
  endif()
endforeach()

if(KIND STREQUAL "migrations")
  if(rows STREQUAL "")
    set(body "std::span<const Migration> embedded_migrations() { return {}; }\n")
  else()
    set(body "static constexpr Migration migrations[] = {\n${rows}};\n
std::span<const Migration> embedded_migrations() { return migrations; }\n")
  endif()
  file(WRITE ${OUTPUT} "// Generated from migrations/*.sql.
#include \"db/migrations.h\"

namespace kohaku::db {

${body}
}  // namespace kohaku::db\n")
else()
  file(WRITE ${HEADER} "// Generated from src/api/pages/.
#pragma once

#include <string_view>

namespace kohaku::api {

// The bytes of the file with this name below src/api/pages/; empty when there is none.
std::string_view page(std::string_view name);

}  // namespace kohaku::api\n")
  file(WRITE ${OUTPUT} "// Generated from src/api/pages/.
#include \"api/pages.gen.h\"

namespace kohaku::api {

struct Page {
  std::string_view name;
  std::string_view bytes;
};

static constexpr Page pages[] = {
${rows}};

std::string_view page(std::string_view name) {
  for (const Page& page : pages) {
    if (page.name == name) return page.bytes;
  }
  return {};
}

}  // namespace kohaku::api\n")
endif()
