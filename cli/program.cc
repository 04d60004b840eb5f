#include "cli/program.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fmt/ranges.h>
#include <functional>
#include <limits>
#include <sstream>
#include <utility>

#include "base/version.h"
#include "cli/client.h"
#include "cli/format.h"
#include "cli/report.h"
#include "cli/settings.h"
#include "cli/stats.h"
#include "cli/terminal_text.h"
#include "cli/trending.h"

namespace kohaku::cli {
namespace {

constexpr int any = std::numeric_limits<int>::max();

constexpr auto footer = R"(Examples:
  kohub-cli stats get model org/name
  kohub-cli stats recent model org/name --days 30
  kohub-cli stats export model org/name --days 90 --output stats.csv
  kohub-cli trending --type model --days 7 --limit 10

Which hub is asked: --endpoint, else HF_ENDPOINT, else ~/.kohub/config.json, else http://localhost:28080.
With which token: --token, else HF_TOKEN, else ~/.kohub/config.json, else that of `hf auth login`.
Exit status: 0; 1 when the hub could not or would not answer; 2 for wrong words or settings.)";

// A whole number in a range that the help need not tell.
CLI::Validator whole_number(int least, int most) {
  return {[least, most](std::string& text) -> std::string {
            int number = 0;
            if (CLI::detail::lexical_cast(text, number) && number >= least && number <= most) {
              return {};
            }
            return fmt::format("'{}' is not a whole number from {}{}", text, least,
                               most == any ? "" : fmt::format(" to {}", most));
          },
          ""};
}

CLI::Validator one_of(std::vector<std::string> words) {
  return {[words = std::move(words)](std::string& text) -> std::string {
            if (std::ranges::find(words, text) != words.end()) return {};
            return fmt::format("'{}' is none of {}", text, fmt::join(words, ", "));
          },
          ""};
}

// The words of the command line, the values they set, and what they do. CLI11 reads into the members.
class Program {
 public:
  Program(const Environment& environment, const Screen& out, const Screen& err)
      : environment_(environment), out_(out), err_(err) {
    app_.require_subcommand(1);
    app_.get_formatter()->column_width(34);
    app_.get_formatter()->label("REQUIRED", "");
    app_.footer(footer);
    app_.set_version_flag("--version", fmt::format("kohub-cli {}", version), "Print the version");
    app_.set_help_flag("-h,--help", "Print this help");
    add_global_options();
    add_stats_commands();
    add_trending_command();
  }

  int run(std::vector<std::string> words) {
    std::ranges::reverse(words);  // CLI11 takes them last first
    try {
      app_.parse(std::move(words));
    } catch (const CLI::ParseError& error) {
      return tell(error);
    }
    if (const auto done = act(); !done) {
      return report(done.error(), status_, format_ == Format::json, err_);
    }
    return 0;
  }

 private:
  void add_global_options() {
    app_.add_option("--endpoint", given_.endpoint, "Address of the hub")->type_name("URL");
    app_.add_option("--token", given_.token, "Token (better in HF_TOKEN: others can see this one)")
        ->type_name("TOKEN");
    app_.add_option("--timeout", timeout_seconds_, "Longest wait for an answer, in seconds")
        ->type_name("SECONDS")
        ->check(whole_number(1, 3600))
        ->capture_default_str();
    app_.add_option_function<std::string>(
            "--output", [this](const std::string& name) { read_format(name); },
            "text for people, json for programs")
        ->type_name("text|json")
        ->check(one_of({"text", "json"}));
  }

  void add_stats_commands() {
    auto* stats =
        command(app_, "stats", "Downloads and likes of a repository", "stats get model org/name");
    stats->require_subcommand(1);
    auto* get = command(*stats, "get", "All downloads and likes", "stats get model org/name");
    add_repository(*get);
    add_formats(*get);
    get->callback([this] { action_ = [this](Client& client) { return run_get(client); }; });

    auto* recent = command(*stats, "recent", "Downloads of each of the last days",
                           "stats recent model org/name --days 30");
    add_repository(*recent);
    add_days(*recent, 30, "How many days, at most 365");
    add_formats(*recent);
    recent->callback([this] { action_ = [this](Client& client) { return run_recent(client); }; });

    auto* save = command(*stats, "export", "Downloads of each of the last days, into a file",
                         "stats export model org/name --days 90 --output stats.csv");
    add_repository(*save);
    add_days(*save, 30, "How many days, at most 365");
    save->add_option("-o,--output", path_, "Where to; - is standard output")
        ->type_name("FILE")
        ->capture_default_str();
    save->add_option("--format", export_format_,
                     "csv or json; else by the name of the file, else csv")
        ->type_name("csv|json")
        ->check(one_of({"csv", "json"}));
    save->callback([this] { action_ = [this](Client& client) { return run_export(client); }; });
  }

  void add_trending_command() {
    auto* trending = command(app_, "trending", "The repositories downloaded most of late",
                             "trending --type dataset --days 30");
    trending->add_option("--type", type_, "Type of repository")
        ->type_name("model|dataset|space")
        ->check(repo_types())
        ->capture_default_str();
    add_days(*trending, 7, "Of how many days, at most 90");
    trending->add_option("--limit", limit_, "How many repositories, at most 100")
        ->type_name("N")
        ->check(whole_number(1, any))
        ->capture_default_str();
    add_formats(*trending);
    trending->callback(
        [this] { action_ = [this](Client& client) { return run_trending(client); }; });
  }

  // Global options may follow a command as well.
  static CLI::App* command(CLI::App& parent, const char* name, const char* description,
                           const char* example) {
    auto* added = parent.add_subcommand(name, description)->fallthrough();
    added->footer(fmt::format("Example:\n  kohub-cli {}", example));
    return added;
  }

  static CLI::Validator repo_types() { return one_of({"model", "dataset", "space"}); }

  void add_repository(CLI::App& to) {
    to.add_option("type", type_, "Type of repository")
        ->type_name("model|dataset|space")
        ->required()
        ->check(repo_types());
    to.add_option("repository", repository_, "Its owner and name")
        ->type_name("org/name")
        ->required();
  }

  // The default differs between commands that share the value, so it is told, and set when one runs.
  void add_days(CLI::App& to, int usual, const char* description) {
    to.add_option("--days", days_, description)
        ->type_name("N")
        ->check(whole_number(1, any))
        ->default_str(fmt::to_string(usual));
    to.preparse_callback([this, usual](std::size_t) { days_ = usual; });
  }

  void add_formats(CLI::App& to) {
    auto* as_json = to.add_flag_callback(
        "--json", [this] { format_ = Format::json; }, "Print the hub's answer as JSON");
    to.add_flag_callback(
          "--csv", [this] { format_ = Format::csv; }, "Print CSV")
        ->excludes(as_json);
  }

  void read_format(const std::string& name) {
    if (name == "json" && format_ == Format::text) format_ = Format::json;
  }

  // Help and version go to standard output, what was wrong to standard error.
  int tell(const CLI::ParseError& error) const {
    if (error.get_exit_code() == 0) {
      std::ostringstream text;
      app_.exit(error, text, text);
      out_.print(text.str());
      return 0;
    }
    std::string command = "kohub-cli";
    const CLI::App* asked = &app_;
    while (!asked->get_subcommands().empty()) {
      asked = asked->get_subcommands().front();
      command += " " + asked->get_name();
    }
    return report({.code = Code::unprocessable,
                   .message = fmt::format("{}. See `{} --help`.", wrong(error, *asked), command)},
                  0, format_ == Format::json, err_);
  }

  std::string wrong(const CLI::ParseError& error, const CLI::App& asked) const {
    const bool has_commands = !asked.get_subcommands({}).empty();
    if (!has_commands || error.get_name() != "RequiredError") return error.what();
    const auto rest = app_.remaining(true);
    if (rest.empty()) return "A command is needed";
    return fmt::format("There is no command '{}'", rest.front());
  }

  Result<> act() {
    Client client(TRY(read_settings(given_, environment_)), timeout_seconds_);
    auto done = action_(client);
    status_ = client.status();
    if (done && (std::fflush(out_.file) != 0 || std::ferror(out_.file) != 0)) {
      done = fail(Code::insufficient_storage,
                  fmt::format("Standard output could not be written: {}.", std::strerror(errno)));
    }
    return done;
  }

  Result<Repository> repository() const {
    auto name = parse_repo_name(repository_);
    if (!name) return fail(Code::unprocessable, name.error().message);
    return Repository{*repo_type_from(type_), std::move(*name)};
  }

  Format export_format() const {
    if (export_format_ == "json") return Format::json;
    if (export_format_ == "csv") return Format::csv;
    const auto extension = std::filesystem::path(path_).extension();
    if (extension == ".json") return Format::json;
    if (extension == ".csv") return Format::csv;
    return format_ == Format::json ? Format::json : Format::csv;
  }

  Result<> run_get(Client& client) { return get_stats(client, TRY(repository()), format_, out_); }

  Result<> run_recent(Client& client) {
    return recent_stats(client, TRY(repository()), days_, format_, out_);
  }

  Result<> run_export(Client& client) {
    return export_stats(client, TRY(repository()), {days_, export_format(), path_}, out_, err_);
  }

  Result<> run_trending(Client& client) {
    return show_trending(client, {*repo_type_from(type_), days_, limit_}, format_, out_);
  }

  const Environment& environment_;
  const Screen& out_;
  const Screen& err_;
  CLI::App app_{"kohub-cli: questions to a KohakuHub, from a terminal", "kohub-cli"};
  std::function<Result<>(Client&)> action_;
  GivenSettings given_;
  long timeout_seconds_ = Client::default_timeout_seconds;
  int status_ = 0;
  Format format_ = Format::text;
  std::string type_ = "model";
  std::string repository_;
  int days_ = 0;
  int limit_ = 20;
  std::string path_ = "-";
  std::string export_format_;
};

}  // namespace

int run_program(std::vector<std::string> words, const Environment& environment, const Screen& out,
                const Screen& err) {
  return Program(environment, out, err).run(std::move(words));
}

}  // namespace kohaku::cli
