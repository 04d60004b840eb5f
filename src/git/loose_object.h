// A loose object: one file, deflated, "type size\0content". Source: gitrepository-layout(5).
// We write none, but git may when somebody works in a repository's directory.
#pragma once

#include "base/result.h"
#include "git/object_reader.h"

namespace kohaku::git {

// Code::not_found when the file does not exist.
Result<ObjectHeader> loose_header(const os::Path& path);
// Code::payload_too_large when the content has more than `most` bytes. Not checked against an id.
Result<Object> read_loose(const os::Path& path, std::uint64_t most);

}  // namespace kohaku::git
