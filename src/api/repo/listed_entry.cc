#include "api/repo/listed_entry.h"

namespace kohaku::api {
namespace {

void write_entry(JsonWriter& json, const hub::ListedEntry& entry) {
  json.begin_object();
  json.field("type", entry.is_folder ? "directory" : "file");
  json.field("oid", entry.oid);
  json.field("size", entry.size());
  if (entry.lfs) {
    json.key("lfs");
    json.begin_object();
    json.field("oid", entry.lfs->oid);
    json.field("size", entry.lfs->size);
    json.field("pointerSize", entry.blob_size);
    json.end_object();
  }
  if (entry.xet_hash) json.field("xetHash", xet::to_text(*entry.xet_hash));
  json.field("path", entry.path);
  if (entry.last_commit) {
    json.key("lastCommit");
    json.begin_object();
    json.field("id", entry.last_commit->id);
    json.field("title", entry.last_commit->title);
    json.field("date", entry.last_commit->date);
    json.end_object();
    json.field("lastModified", entry.last_commit->date);
  }
  json.end_object();
}

}  // namespace

void write_entries(JsonWriter& json, const std::vector<hub::ListedEntry>& entries) {
  json.begin_array();
  for (const auto& entry : entries) write_entry(json, entry);
  json.end_array();
}

}  // namespace kohaku::api
