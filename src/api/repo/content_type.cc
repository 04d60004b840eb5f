#include "api/repo/content_type.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/encoding.h"

namespace kohaku::api {
namespace {

using Entry = std::pair<std::string_view, std::string_view>;

constexpr auto types = std::to_array<Entry>({
    {"txt", "text/plain; charset=utf-8"},
    {"md", "text/plain; charset=utf-8"},
    {"py", "text/plain; charset=utf-8"},
    {"yaml", "text/plain; charset=utf-8"},
    {"yml", "text/plain; charset=utf-8"},
    {"toml", "text/plain; charset=utf-8"},
    {"cfg", "text/plain; charset=utf-8"},
    {"jinja", "text/plain; charset=utf-8"},
    {"csv", "text/csv; charset=utf-8"},
    {"tsv", "text/tab-separated-values; charset=utf-8"},
    {"json", "application/json"},
    {"jsonl", "application/x-ndjson"},
    {"html", "text/html; charset=utf-8"},
    {"htm", "text/html; charset=utf-8"},
    {"xhtml", "application/xhtml+xml"},
    {"xml", "application/xml"},
    {"js", "text/plain; charset=utf-8"},
    {"css", "text/plain; charset=utf-8"},
    {"svg", "image/svg+xml"},
    {"png", "image/png"},
    {"jpg", "image/jpeg"},
    {"jpeg", "image/jpeg"},
    {"gif", "image/gif"},
    {"webp", "image/webp"},
    {"avif", "image/avif"},
    {"pdf", "application/pdf"},
    {"mp3", "audio/mpeg"},
    {"wav", "audio/wav"},
    {"flac", "audio/flac"},
    {"mp4", "video/mp4"},
    {"webm", "video/webm"},
    {"zip", "application/zip"},
    {"gz", "application/gzip"},
    {"parquet", "application/vnd.apache.parquet"},
});

constexpr std::string_view unknown_type = "application/octet-stream";

char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// What may stand in a quoted file name.
bool is_plain(char c) { return c >= 0x20 && c <= 0x7E && c != '"' && c != '\\'; }

// What a browser may show in place: nothing that can carry script.
bool may_be_shown(std::string_view type) {
  return !type.starts_with("text/html") && type.find("xml") == type.npos;
}

}  // namespace

std::string_view content_type(std::string_view path) {
  const auto dot = path.rfind('.');
  const auto slash = path.rfind('/');
  if (dot == path.npos || (slash != path.npos && dot < slash)) return unknown_type;
  const auto extension = path.substr(dot + 1);
  const auto same = [&](std::string_view lower_case) {
    return std::ranges::equal(extension, lower_case, {}, to_lower);
  };
  const auto* found = std::ranges::find_if(types, same, &Entry::first);
  return found == types.end() ? unknown_type : found->second;
}

void add_content_headers(http::Headers& headers, std::string_view path) {
  const auto type = content_type(path);
  const auto name = path.substr(path.rfind('/') + 1);
  headers.add("Content-Type", type);
  headers.add("X-Content-Type-Options", "nosniff");
  headers.add("Content-Security-Policy", "default-src 'none'; sandbox");
  const auto escaped = percent_encode(name);
  std::string disposition;
  disposition.reserve(48 + escaped.size() + name.size());
  disposition.append(may_be_shown(type) ? "inline" : "attachment")
      .append("; filename*=UTF-8''")
      .append(escaped);
  disposition.append("; filename=\"");
  for (const char c : name) disposition += is_plain(c) ? c : '_';
  disposition += '"';
  headers.add("Content-Disposition", disposition);
}

}  // namespace kohaku::api
