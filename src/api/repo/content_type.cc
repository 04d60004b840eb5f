#include "api/repo/content_type.h"

#include <fmt/format.h>

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

// What a browser may show in place: nothing that can carry script.
bool may_be_shown(std::string_view type) {
  return !type.starts_with("text/html") && type.find("xml") == type.npos;
}

}  // namespace

std::string_view content_type(std::string_view path) {
  const auto dot = path.rfind('.');
  const auto slash = path.rfind('/');
  if (dot == path.npos || (slash != path.npos && dot < slash)) return "application/octet-stream";
  std::string extension(path.substr(dot + 1));
  for (char& c : extension) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  const auto* found = std::ranges::find(types, extension, &Entry::first);
  return found == types.end() ? "application/octet-stream" : found->second;
}

void set_content_headers(http::Headers& headers, std::string_view path) {
  const auto type = content_type(path);
  const auto name = path.substr(path.rfind('/') + 1);
  std::string ascii(name);
  for (char& c : ascii) {
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7E || c == '"' ||
        c == '\\') {
      c = '_';
    }
  }
  headers.set("Content-Type", std::string(type));
  headers.set("X-Content-Type-Options", "nosniff");
  headers.set("Content-Security-Policy", "default-src 'none'; sandbox");
  headers.set("Content-Disposition", fmt::format("{}; filename*=UTF-8''{}; filename=\"{}\"",
                                                 may_be_shown(type) ? "inline" : "attachment",
                                                 percent_encode(name), ascii));
}

}  // namespace kohaku::api
