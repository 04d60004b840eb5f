#include "api/repo/changed_file.h"

#include "base/repo_path.h"

namespace kohaku::api {
namespace {

std::string type_of(const hub::ChangedFile& file) {
  if (!file.before) return "added";
  return file.after ? "changed" : "removed";
}

ChangedFileItem item_of(hub::ChangedFile& file) {
  ChangedFileItem item;
  item.type = type_of(file);
  item.path = std::move(file.path);
  const auto& shown = file.after ? *file.after : *file.before;
  if (shown.is_submodule) item.path_type = "submodule";
  item.is_lfs = shown.lfs != nullptr;
  if (file.after) {
    item.size_bytes = file.after->size();
    item.oid = file.after->blob;
    if (file.after->lfs) item.sha256 = file.after->lfs->oid;
  }
  if (file.before) {
    item.previous_size.emplace(file.before->size());
    item.previous_oid = file.before->blob;
    if (file.before->lfs) item.previous_sha256 = file.before->lfs->oid;
  }
  if (file.diff) item.diff = std::move(*file.diff);
  item.diff_truncated = !file.diff_complete;
  return item;
}

}  // namespace

std::vector<ChangedFileItem> changed_file_items(hub::Changes changes) {
  std::vector<ChangedFileItem> items;
  items.reserve(changes.files.size());
  for (auto& file : changes.files) items.push_back(item_of(file));
  return items;
}

Result<hub::ChangeQuery> read_change_query(const Call& call) {
  hub::ChangeQuery query;
  query.path = TRY(parse_folder(call.query.text("path").value_or("")));
  query.with_text = TRY(call.query.boolean("diff", true));
  return query;
}

}  // namespace kohaku::api
