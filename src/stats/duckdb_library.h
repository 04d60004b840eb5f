// What we use of DuckDB's C API (duckdb.h, stable since DuckDB 1.0), found by name in its library, so that
// neither the build nor the server needs it. Loaded in the child process only (stats/duckdb_child.h).
#pragma once

#include <cstdint>

#include "base/result.h"
#include "os/files.h"

namespace kohaku::stats::duckdb {

using State = int;  // 0: success
using Index = std::uint64_t;
using Config = struct ConfigHandle*;
using Database = struct DatabaseHandle*;
using Connection = struct ConnectionHandle*;
using Prepared = struct PreparedHandle*;
using Chunk = struct ChunkHandle*;
using Vector = struct VectorHandle*;

// Passed by value; only its functions look inside.
struct QueryResult {
  Index deprecated_column_count = 0;
  Index deprecated_row_count = 0;
  Index deprecated_rows_changed = 0;
  void* deprecated_columns = nullptr;
  char* deprecated_error_message = nullptr;
  void* internal_data = nullptr;
};

// A VARCHAR in a vector: up to 12 bytes stand in place.
struct Text {
  std::uint32_t length;
  char begin[4];
  union {
    const char* pointer;
    char rest[8];
  };
};
static_assert(sizeof(Text) == 16);

// Lives as long as the process: DuckDB is not made to be unloaded.
struct Library {
  // internal when there is no such library, or not with all of these functions.
  static Result<Library> load(const os::Path& path);

  State (*create_config)(Config* config);
  State (*set_config)(Config config, const char* name, const char* value);
  State (*open_ext)(const char* path, Database* database, Config config, char** error);
  State (*connect)(Database database, Connection* connection);
  State (*query)(Connection connection, const char* sql, QueryResult* result);
  State (*prepare)(Connection connection, const char* sql, Prepared* prepared);
  const char* (*prepare_error)(Prepared prepared);
  State (*execute_prepared)(Prepared prepared, QueryResult* result);
  const char* (*result_error)(QueryResult* result);
  void (*destroy_result)(QueryResult* result);
  Index (*column_count)(QueryResult* result);
  const char* (*column_name)(QueryResult* result, Index column);
  Chunk (*fetch_chunk)(QueryResult result);
  void (*destroy_data_chunk)(Chunk* chunk);
  Index (*data_chunk_get_size)(Chunk chunk);
  Vector (*data_chunk_get_vector)(Chunk chunk, Index column);
  void* (*vector_get_data)(Vector vector);
  std::uint64_t* (*vector_get_validity)(Vector vector);
};

}  // namespace kohaku::stats::duckdb
