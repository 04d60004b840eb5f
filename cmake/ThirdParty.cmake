# The libraries we did not write. tools/packages-build.txt lists the Debian packages they come from.

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED CONFIG COMPONENTS headers json)
find_package(fmt REQUIRED CONFIG)
find_package(yaml-cpp REQUIRED CONFIG)
find_package(prometheus-cpp REQUIRED CONFIG)
find_package(CLI11 REQUIRED CONFIG)
find_package(CURL REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(libdeflate REQUIRED IMPORTED_TARGET libdeflate)
pkg_check_modules(libsodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(liblz4 REQUIRED IMPORTED_TARGET liblz4)
pkg_check_modules(libmaxminddb REQUIRED IMPORTED_TARGET libmaxminddb)

# BLAKE3, which Debian packages for other languages only. LLVM's support library carries it, needs
# nothing else for it, and the linker takes those few objects. find_package(LLVM) would bring all of LLVM.
find_path(KOHAKU_BLAKE3_INCLUDE llvm-c/blake3.h PATHS /usr/lib/llvm-19/include REQUIRED)
find_library(KOHAKU_BLAKE3_LIBRARY libLLVMSupport.a PATHS /usr/lib/llvm-19/lib REQUIRED)
add_library(kohaku_blake3 STATIC IMPORTED)
set_target_properties(kohaku_blake3 PROPERTIES
  IMPORTED_LOCATION ${KOHAKU_BLAKE3_LIBRARY}
  INTERFACE_INCLUDE_DIRECTORIES ${KOHAKU_BLAKE3_INCLUDE})

# Only the tests need it, and `make run` does without.
find_package(GTest QUIET CONFIG)

# Asio and Beast are header-only by default, and every file that includes them would compile all of
# them again. Built once here, such a file compiles in half the time.
add_library(kohaku_asio STATIC ${CMAKE_SOURCE_DIR}/cmake/asio.cc)
target_link_libraries(kohaku_asio PUBLIC Boost::headers Threads::Threads)
target_compile_definitions(kohaku_asio PUBLIC
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED BOOST_BEAST_SEPARATE_COMPILATION)
# The frames of coroutines come and go with every request: keep more than two for the next one, and take
# new ones by operator new, whose alignment is enough, as aligned_alloc is several times as slow.
target_compile_definitions(kohaku_asio PUBLIC
  BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=8
  BOOST_ASIO_DISABLE_STD_ALIGNED_ALLOC BOOST_ASIO_DISABLE_BOOST_ALIGN)

add_library(kohaku_beast STATIC ${CMAKE_SOURCE_DIR}/cmake/beast.cc)
target_link_libraries(kohaku_beast PUBLIC kohaku_asio)

# DuckDB is no dependency of the build: a child process loads it, from beside the program
# (src/stats/duckdb.h). `make setup` puts it where these links point.
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/unit)
file(CREATE_LINK ../../.cache/duckdb/libduckdb.so ${CMAKE_BINARY_DIR}/libduckdb.so SYMBOLIC)
file(CREATE_LINK ../libduckdb.so ${CMAKE_BINARY_DIR}/unit/libduckdb.so SYMBOLIC)
