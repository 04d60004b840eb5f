// kohub-cli stats: what the hub counted for one repository.
//
//   get      downloads and likes                  GET /api/{type}s/{repo}/stats
//   recent   each of the last days                GET /api/{type}s/{repo}/stats/recent?days=
//   export   the same into a file
#pragma once

#include <string>

#include "base/repo_name.h"
#include "base/result.h"
#include "cli/client.h"
#include "cli/format.h"
#include "cli/screen.h"

namespace kohaku::cli {

struct Repository {
  RepoType type = RepoType::model;
  RepoName name;
};

Result<> get_stats(Client& client, const Repository& repo, Format format, const Screen& out);

Result<> recent_stats(Client& client, const Repository& repo, int days, Format format,
                      const Screen& out);

struct Export {
  int days = 30;
  Format format = Format::csv;  // not text
  std::string path = "-";       // "-": standard output
};

// With a bar on `err` while the answer comes, and a line there when the file is written.
Result<> export_stats(Client& client, const Repository& repo, const Export& wanted,
                      const Screen& out, const Screen& err);

}  // namespace kohaku::cli
