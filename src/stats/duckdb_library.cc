#include "stats/duckdb_library.h"

#include <dlfcn.h>

#include <string>

namespace kohaku::stats::duckdb {
namespace {

template <class Function>
Result<> find(void* handle, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(handle, name));
  if (function == nullptr) return fail_internal(std::string("DuckDB's library lacks ") + name);
  return {};
}

Result<> find_queries(void* handle, Library& library) {
  TRY(find(handle, "duckdb_create_config", library.create_config));
  TRY(find(handle, "duckdb_set_config", library.set_config));
  TRY(find(handle, "duckdb_open_ext", library.open_ext));
  TRY(find(handle, "duckdb_connect", library.connect));
  TRY(find(handle, "duckdb_query", library.query));
  TRY(find(handle, "duckdb_prepare", library.prepare));
  TRY(find(handle, "duckdb_prepare_error", library.prepare_error));
  TRY(find(handle, "duckdb_execute_prepared", library.execute_prepared));
  return {};
}

Result<> find_results(void* handle, Library& library) {
  TRY(find(handle, "duckdb_result_error", library.result_error));
  TRY(find(handle, "duckdb_destroy_result", library.destroy_result));
  TRY(find(handle, "duckdb_column_count", library.column_count));
  TRY(find(handle, "duckdb_column_name", library.column_name));
  TRY(find(handle, "duckdb_fetch_chunk", library.fetch_chunk));
  TRY(find(handle, "duckdb_destroy_data_chunk", library.destroy_data_chunk));
  TRY(find(handle, "duckdb_data_chunk_get_size", library.data_chunk_get_size));
  TRY(find(handle, "duckdb_data_chunk_get_vector", library.data_chunk_get_vector));
  TRY(find(handle, "duckdb_vector_get_data", library.vector_get_data));
  TRY(find(handle, "duckdb_vector_get_validity", library.vector_get_validity));
  return {};
}

}  // namespace

Result<Library> Library::load(const os::Path& path) {
  void* handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return fail_internal(std::string("dlopen: ") + ::dlerror());
  Library library{};
  TRY(find_queries(handle, library));
  TRY(find_results(handle, library));
  return library;
}

}  // namespace kohaku::stats::duckdb
