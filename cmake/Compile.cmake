# How every file is compiled: language, warnings, optimisation, sanitizers, linker, compiler cache.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

set(KOHAKU_SANITIZE "" CACHE STRING "sanitizers for -fsanitize=, e.g. address,undefined")

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Debug)
endif()

# assert() stays on in the release: it states what only a bug can break, and costs nothing measurable.
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -fno-omit-frame-pointer -fstack-protector-strong -D_FORTIFY_SOURCE=2")

add_compile_options(
  -Wall -Wextra -Werror
  -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough -Wextra-semi -Wunused
  # `Error{.code = …}` leaves the rest at its default on purpose.
  -Wno-missing-designated-field-initializers)
add_compile_definitions(_GLIBCXX_ASSERTIONS)
include_directories(${CMAKE_SOURCE_DIR}/src)

add_link_options(-fuse-ld=lld)

if(KOHAKU_SANITIZE)
  add_compile_options(-fsanitize=${KOHAKU_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${KOHAKU_SANITIZE})
  if(KOHAKU_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
endif()

# Paths in the binary are relative to the checkout, whether the compiler was given the absolute or
# the relative form (ccache rewrites the one into the other).
file(RELATIVE_PATH KOHAKU_UP ${CMAKE_BINARY_DIR} ${CMAKE_SOURCE_DIR}/)
add_compile_options(-ffile-prefix-map=${CMAKE_SOURCE_DIR}/= -ffile-prefix-map=${KOHAKU_UP}/=)

# All build directories of one checkout share their cache entries.
find_program(KOHAKU_CCACHE ccache)
if(KOHAKU_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${KOHAKU_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_CXX_COMPILER_LAUNCHER})
endif()
