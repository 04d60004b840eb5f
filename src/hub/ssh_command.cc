#include "hub/ssh_command.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace kohaku::hub {
namespace {

constexpr std::size_t longest_command = 4096;
constexpr std::size_t most_words = 4;

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._/").find(c) != std::string_view::npos;
}

std::unexpected<Error> refuse() {
  return fail(Code::bad_request,
              "This server speaks git only: git-upload-pack, git-receive-pack and "
              "git-lfs-authenticate, with the path of a repository.");
}

std::unexpected<Error> refuse_path() {
  return fail(Code::bad_request,
              "The path of a repository is namespace/name, with datasets/ or spaces/ before it "
              "where it is one.");
}

// Words divided by single spaces, as git quotes them: plain characters, or anything between '…'; a
// backslash may stand before ' and ! outside of quotes.
class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}

  std::optional<std::vector<std::string>> split() {
    std::vector<std::string> words;
    while (words.size() < most_words) {
      auto word = take();
      if (!word || word->empty()) return std::nullopt;
      words.push_back(std::move(*word));
      if (rest_.empty()) return words;
      rest_.remove_prefix(1);  // the space
    }
    return std::nullopt;
  }

 private:
  std::optional<std::string> take() {
    std::string word;
    while (!rest_.empty() && rest_.front() != ' ') {
      if (!take_part(word)) return std::nullopt;
    }
    return word;
  }

  bool take_part(std::string& word) {
    if (rest_.front() == '\'') return take_quoted(word);
    if (rest_.front() == '\\') {
      if (rest_.size() < 2 || (rest_[1] != '\'' && rest_[1] != '!')) return false;
      word += rest_[1];
      rest_.remove_prefix(2);
      return true;
    }
    if (!is_plain(rest_.front())) return false;
    word += rest_.front();
    rest_.remove_prefix(1);
    return true;
  }

  bool take_quoted(std::string& word) {
    const auto end = rest_.find('\'', 1);
    if (end == rest_.npos) return false;
    word += rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return true;
  }

  std::string_view rest_;
};

std::optional<SshService> git_service(std::string_view word) {
  if (word == "git-upload-pack") return SshService::upload_pack;
  if (word == "git-receive-pack") return SshService::receive_pack;
  return std::nullopt;
}

Result<SshService> service_of(const std::vector<std::string>& words) {
  if (words.size() == 2) {
    if (const auto service = git_service(words[0])) return *service;
  }
  const bool is_lfs =
      words[0] == "git-lfs-authenticate" && (words.size() == 3 || words.size() == 4);
  if (is_lfs && words[2] == "download") return SshService::lfs_download;
  if (is_lfs && words[2] == "upload") return SshService::lfs_upload;
  return refuse();
}

Result<> read_path(std::string_view path, SshCommand& command) {
  if (path.starts_with('/')) path.remove_prefix(1);
  if (path.ends_with('/')) path.remove_suffix(1);
  if (std::ranges::count(path, '/') == 2) {
    const auto slash = path.find('/');
    const auto type = repo_type_from_plural(path.substr(0, slash));
    if (!type) return refuse_path();
    command.type = *type;
    path.remove_prefix(slash + 1);
  }
  if (path.ends_with(".git")) path.remove_suffix(4);
  auto name = parse_repo_name(path);
  if (!name) return refuse_path();
  command.repo = std::move(*name);
  return {};
}

}  // namespace

Result<SshCommand> parse_ssh_command(std::string_view text) {
  if (text.empty()) {
    return fail(Code::bad_request,
                "Your key is known here, but there is no shell to log in to. Use git.");
  }
  if (text.size() > longest_command) return refuse();
  auto words = Words(text).split();
  if (!words) return refuse();
  if (words->size() == 3 && words->front() == "git" && git_service("git-" + (*words)[1])) {
    words->erase(words->begin());  // `git upload-pack`
    words->front().insert(0, "git-");
  }
  SshCommand command;
  command.service = TRY(service_of(*words));
  TRY(read_path((*words)[1], command));
  return command;
}

}  // namespace kohaku::hub
