#include "app/command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>

#include "hub/accounts.h"
#include "hub/admin.h"
#include "hub/fsck.h"
#include "hub/lfs_gc.h"
#include "hub/log_export.h"
#include "hub/log_query.h"
#include "hub/quota.h"
#include "hub/recount.h"
#include "hub/storage_report.h"
#include "hub/xet_access.h"

namespace kohaku::app {
namespace {

std::string first_line(std::string_view text) {
  return std::string(text.substr(0, std::min(text.find('\n'), text.size())));
}

// The words of one command, the values they set, and what they do. CLI11 reads into the members.
class Command {
 public:
  Command(hub::Hub& hub, const std::string& input, const CommandProgress& progress)
      : hub_(hub), input_(input), progress_(progress) {
    app_.require_subcommand(1);
    add_user_commands();
    add_token_commands();
    add_quota_commands();
    add_xet_commands();
    add_store_commands();
    add_log_commands();
    add_statistics_commands();
  }

  Result<CommandAnswer> run(std::vector<std::string> words) {
    std::ranges::reverse(words);  // CLI11 takes them last first
    try {
      app_.parse(words);
    } catch (const CLI::ParseError& error) {
      std::ostringstream out;
      const int status = app_.exit(error, out, out);
      return CommandAnswer{status == 0 ? 0 : 2, out.str()};
    }
    return action_();
  }

 private:
  void add_user_commands() {
    auto* create = group("admin", "Accounts and tokens")
                       ->add_subcommand("user", "Users")
                       ->require_subcommand(1)
                       ->add_subcommand("create", "Create a user");
    create->add_option("name", name_, "Name of the user")->required();
    create->add_option("--email", email_, "E-mail address");
    create->add_flag("--password-stdin", password_from_input_,
                     "Read the password from standard input");
    create->callback([this] { action_ = [this] { return create_user(); }; });
  }

  void add_token_commands() {
    auto* create = app_.get_subcommand("admin")
                       ->add_subcommand("token", "Tokens")
                       ->require_subcommand(1)
                       ->add_subcommand("create", "Create a token and print it");
    create->add_option("user", user_, "Whose token")->required();
    create->add_option("name", name_, "What to call it")->required();
    create->add_option("--role", role_, "read or write")->check(CLI::IsMember({"read", "write"}));
    create->callback([this] { action_ = [this] { return create_token(); }; });
  }

  void add_quota_commands() {
    auto* quota = app_.get_subcommand("admin")->add_subcommand(
        "quota", "Grant a namespace so many bytes, or show what it has");
    quota->add_option("namespace", name_, "User or organization")->required();
    quota->add_option("--public", public_limit_, "Bytes, 'unlimited', or 'default'");
    quota->add_option("--private", private_limit_, "Bytes, 'unlimited', or 'default'");
    quota->callback([this] { action_ = [this] { return grant_quota(); }; });
  }

  void add_xet_commands() {
    app_.get_subcommand("admin")
        ->add_subcommand("raise-xet-generations",
                         "Make Xet clients forget which chunks are here, after a restore")
        ->callback([this] { action_ = [this] { return raise_xet_generations(); }; });
  }

  void add_store_commands() {
    auto* fsck = app_.add_subcommand(
        "fsck", "Check repositories, rows, large objects and xorbs against each other");
    fsck->add_flag("--full", full_, "Also run git fsck and read every stored byte again");
    fsck->callback([this] { action_ = [this] { return check(full_); }; });
    app_.add_subcommand("scrub", "Read every stored byte again; the same as fsck --full")
        ->callback([this] { action_ = [this] { return check(true); }; });
    auto* storage =
        app_.add_subcommand("storage", "Tell what large files take, and what sharing saves");
    storage->add_option("repository", name_, "namespace/name; all of them without it");
    storage->callback([this] { action_ = [this] { return tell_storage(); }; });
    auto* gc = app_.add_subcommand("gc", "Remove large objects that nothing names");
    gc->add_flag("--dry-run", dry_run_, "Say what would go, remove nothing");
    gc->callback([this] { action_ = [this] { return collect(); }; });
  }

  void add_log_commands() {
    auto* rotate =
        app_.get_subcommand("admin")
            ->add_subcommand("logs", "Access logs of namespaces")
            ->require_subcommand(1)
            ->add_subcommand("rotate-key", "Make the hashes of a namespace's logs anew: what was "
                                           "exported before cannot be joined with what will be");
    rotate->add_option("namespace", name_, "User or organization")->required();
    rotate->callback([this] { action_ = [this] { return rotate_key(); }; });
    auto* logs = group("logs", "The log of requests, see docs/access-logs.md");
    auto* query = logs->add_subcommand("query", "Ask it in SQL; the view is access_log");
    query->add_option("sql", sql_, "One SELECT")->required();
    query->add_option("--format", format_, "table, csv or json")
        ->check(CLI::IsMember({"table", "csv", "json"}));
    query->callback([this] { action_ = [this] { return query_log(); }; });
    logs->add_subcommand("segments", "List its files")->callback([this] {
      action_ = [this] { return list_segments(); };
    });
  }

  void add_statistics_commands() {
    auto* recount = group("stats", "Statistics")
                        ->add_subcommand("recount", "Count anew from the log, by SQL, and compare");
    recount->add_option("--days", days_, "How many days back")->check(CLI::Range(1, 36'500));
    recount->callback([this] { action_ = [this] { return recount_statistics(); }; });
  }

  CLI::App* group(const char* name, const char* description) {
    return app_.add_subcommand(name, description)->require_subcommand(1);
  }

  Result<CommandAnswer> create_user() {
    const auto password = password_from_input_ ? std::optional(first_line(input_)) : std::nullopt;
    TRY(hub::create_user(hub_, name_, email_, password));
    return CommandAnswer{0, fmt::format("Created user {}.\n", name_)};
  }

  Result<CommandAnswer> create_token() {
    return CommandAnswer{0, TRY(hub::create_token(hub_, user_, name_, role_)) + "\n"};
  }

  Result<CommandAnswer> grant_quota() {
    std::optional<hub::QuotaLimit> public_;
    std::optional<hub::QuotaLimit> private_;
    if (public_limit_) public_ = TRY(hub::parse_quota_limit(*public_limit_));
    if (private_limit_) private_ = TRY(hub::parse_quota_limit(*private_limit_));
    TRY(hub::set_quota_limits(hub_, name_, public_, private_));
    return CommandAnswer{0, TRY(hub::tell_quota(hub_, name_))};
  }

  Result<CommandAnswer> raise_xet_generations() {
    TRY(hub_.database.write_now(hub::raise_all_xet_generations));
    return CommandAnswer{0, "Xet clients begin anew in every namespace.\n"};
  }

  Result<CommandAnswer> tell_storage() {
    return CommandAnswer{0, hub::to_text(TRY(hub::report_hub_storage(hub_, name_)), name_.empty())};
  }

  Result<CommandAnswer> rotate_key() {
    const auto account =
        TRY(hub_.database.read_now([&](auto& c) { return hub::find_account(c, name_); }));
    if (!account) return fail(Code::not_found, fmt::format("There is no namespace '{}'.", name_));
    TRY(hub::rotate_log_key(hub_, account->id));
    return CommandAnswer{0, fmt::format("{} has a new key.\n", account->name)};
  }

  Result<CommandAnswer> query_log() {
    const auto table = TRY(hub::query_access_log(hub_, sql_));
    return CommandAnswer{0, hub::to_text(table, *hub::table_format_from(format_))};
  }

  Result<CommandAnswer> list_segments() {
    return CommandAnswer{0,
                         hub::to_text(TRY(hub::describe_segments(hub_)), hub::TableFormat::text)};
  }

  Result<CommandAnswer> recount_statistics() {
    const auto recount = TRY(hub::recount(hub_, days_));
    return CommandAnswer{recount.differences.empty() ? 0 : 1, hub::to_text(recount)};
  }

  // Passes on what is told more often than anybody reads.
  hub::FsckProgress once_a_second() {
    return [this, told = std::chrono::steady_clock::now()](const std::string& text) mutable {
      const auto now = std::chrono::steady_clock::now();
      if (now - told < std::chrono::seconds(1)) return;
      told = now;
      progress_(text);
    };
  }

  Result<CommandAnswer> check(bool full) {
    const auto problems = TRY(hub::fsck(hub_, full, once_a_second()));
    std::string output;
    for (const auto& problem : problems) output += problem + "\n";
    output += fmt::format("{} problems\n", problems.size());
    return CommandAnswer{problems.empty() ? 0 : 1, std::move(output)};
  }

  Result<CommandAnswer> collect() {
    return CommandAnswer{0, hub::to_text(TRY(hub::collect_garbage(hub_, dry_run_)))};
  }

  hub::Hub& hub_;
  const std::string& input_;
  const CommandProgress& progress_;
  CLI::App app_{"kohakuhub"};
  std::function<Result<CommandAnswer>()> action_;
  std::string name_;
  std::string user_;
  std::optional<std::string> email_;
  std::optional<std::string> public_limit_;
  std::optional<std::string> private_limit_;
  std::string role_ = "write";
  std::string sql_;
  std::int64_t days_ = 30;
  std::string format_ = "table";
  bool password_from_input_ = false;
  bool full_ = false;
  bool dry_run_ = false;
};

}  // namespace

Result<CommandAnswer> run_command(hub::Hub& hub, const CommandRequest& request,
                                  const CommandProgress& progress) {
  return Command(hub, request.input, progress).run(request.words);
}

}  // namespace kohaku::app
