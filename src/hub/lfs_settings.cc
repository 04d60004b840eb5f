#include "hub/lfs_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace kohaku::hub {
namespace {

constexpr std::string_view server_suffixes[] = {
    ".safetensors", ".bin",  ".pt",   ".pth",     ".ckpt", ".onnx",  ".pb",      ".h5",
    ".tflite",      ".gguf", ".ggml", ".msgpack", ".zip",  ".tar",   ".gz",      ".bz2",
    ".xz",          ".7z",   ".rar",  ".npy",     ".npz",  ".arrow", ".parquet", ".mp4",
    ".avi",         ".mkv",  ".mov",  ".wav",     ".mp3",  ".flac",  ".tiff",    ".tif"};

constexpr std::int64_t least_threshold = 1'000'000;
constexpr std::int64_t most_threshold = 100'000'000;
constexpr std::size_t most_suffixes = 200;

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

// The column holds what check_lfs_suffixes let through.
std::vector<std::string> parse_suffixes(std::string_view json) {
  boost::system::error_code error;
  const auto value = boost::json::parse(json, error);
  std::vector<std::string> suffixes;
  if (error || !value.is_array()) return suffixes;
  for (const auto& item : value.get_array()) {
    if (item.is_string()) suffixes.push_back(lower(std::string_view(item.get_string())));
  }
  return suffixes;
}

}  // namespace

std::span<const std::string_view> default_lfs_suffixes() { return server_suffixes; }

bool LfsSettings::has_large_suffix(std::string_view path) const {
  const auto text = lower(path);
  return std::ranges::any_of(suffixes, [&](const auto& suffix) { return text.ends_with(suffix); });
}

LfsSettings lfs_settings(const Config& config, const Repo& repo) {
  LfsSettings settings;
  settings.own_threshold = repo.lfs_threshold_bytes.has_value();
  settings.threshold_bytes = settings.own_threshold
                                 ? static_cast<std::uint64_t>(*repo.lfs_threshold_bytes)
                                 : config.lfs_threshold_bytes;
  settings.own_keep_versions = repo.lfs_keep_versions.has_value();
  settings.keep_versions = repo.lfs_keep_versions.value_or(config.lfs_keep_versions);
  settings.has_own_suffixes = repo.lfs_suffix_rules.has_value();
  if (repo.lfs_suffix_rules) settings.own_suffixes = parse_suffixes(*repo.lfs_suffix_rules);
  settings.suffixes.assign(std::begin(server_suffixes), std::end(server_suffixes));
  for (const auto& suffix : settings.own_suffixes) {
    if (std::ranges::find(settings.suffixes, suffix) == settings.suffixes.end()) {
      settings.suffixes.push_back(suffix);
    }
  }
  return settings;
}

Result<> check_lfs_threshold(std::int64_t bytes) {
  if (bytes >= least_threshold && bytes <= most_threshold) return {};
  return fail(Code::bad_request, fmt::format("lfs_threshold_bytes must be between {} and {}.",
                                             least_threshold, most_threshold));
}

Result<> check_lfs_keep_versions(std::int64_t versions) {
  if (versions >= 2 && versions <= 1'000'000) return {};
  return fail(Code::bad_request, "lfs_keep_versions must be at least 2.");
}

Result<> check_lfs_suffixes(const std::vector<std::string>& suffixes) {
  if (suffixes.size() > most_suffixes) {
    return fail(Code::bad_request,
                fmt::format("lfs_suffix_rules may have at most {} entries.", most_suffixes));
  }
  for (const auto& suffix : suffixes) {
    const bool good = suffix.size() >= 2 && suffix.size() <= 64 && suffix.starts_with('.') &&
                      suffix.find('/') == suffix.npos;
    if (!good) {
      return fail(Code::bad_request,
                  "Each of lfs_suffix_rules must start with '.' and have 2 to 64 bytes.");
    }
  }
  return {};
}

}  // namespace kohaku::hub
