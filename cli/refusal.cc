#include "cli/refusal.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>

#include "cli/terminal_text.h"

namespace kohaku::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t most_words = 500;  // columns; a sentence, not a page

std::string told_in_json(const std::string& body) {
  json::error_code error;
  const auto value = json::parse(body, error);
  if (error || !value.is_object()) return {};
  for (const auto* name : {"error", "detail"}) {
    const auto* text = value.get_object().if_contains(name);
    if (text != nullptr && text->is_string() && !text->get_string().empty()) {
      return std::string(text->get_string());
    }
  }
  return {};
}

// Ends with a full stop; empty when the hub said nothing.
std::string words_of(const Answer& answer) {
  auto words = told_in_json(answer.body);
  if (words.empty()) words = answer.error_message;
  words = cut(words, most_words);
  if (!words.empty() && std::string_view(".!?").find(words.back()) == std::string_view::npos) {
    words += '.';
  }
  return words;
}

std::string_view or_else(std::string_view words, std::string_view other) {
  return words.empty() ? other : words;
}

std::string unauthorized(std::string_view words, const Settings& settings) {
  if (settings.token.empty()) {
    return fmt::format("{} Set HF_TOKEN, or sign in with `hf auth login`.",
                       or_else(words, "This needs a sign-in."));
  }
  return fmt::format("{} The token came from {}.",
                     or_else(words, "The hub does not take the token."), settings.token_origin);
}

std::string missing(const Answer& answer, std::string_view words, const Settings& settings,
                    std::string_view subject) {
  if (answer.error_code != "RepoNotFound" && !words.empty()) {
    return fmt::format("{} (asked {} for {})", words, settings.endpoint, subject);
  }
  return fmt::format("There is no {} at {}, or it is private and {}.", subject, settings.endpoint,
                     settings.token.empty()
                         ? "no token was given (HF_TOKEN)"
                         : fmt::format("the token from {} may not read it", settings.token_origin));
}

std::string too_many(const Answer& answer, std::string_view words) {
  const auto said = or_else(words, "The hub asks for patience.");
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool is_in_seconds =  // it may be a date instead
      !answer.retry_after.empty() && std::ranges::all_of(answer.retry_after, is_digit);
  if (!is_in_seconds) return fmt::format("{} Try again later.", said);
  return fmt::format("{} Try again in {} seconds.", said, answer.retry_after);
}

std::string broken(const Answer& answer, std::string_view words, const Settings& settings) {
  auto sentence = fmt::format("{} answered {}. {}", settings.endpoint, answer.status, words);
  if (sentence.ends_with(' ')) sentence.pop_back();
  if (!answer.request_id.empty()) sentence += fmt::format(" (request {})", answer.request_id);
  return sentence;
}

}  // namespace

Error refusal(const Answer& answer, const Settings& settings, std::string_view subject) {
  const auto words = words_of(answer);
  const auto refused = [](Code code, std::string_view message) {
    return Error{.code = code, .message = std::string(message)};
  };
  switch (answer.status) {
    case 400:
    case 422:
      return refused(Code::bad_request, or_else(words, "The hub did not take the question."));
    case 401: return refused(Code::unauthorized, unauthorized(words, settings));
    case 403:
      return refused(Code::forbidden,
                     or_else(words, fmt::format("You have no right to the {}.", subject)));
    case 404: return refused(Code::not_found, missing(answer, words, settings, subject));
    case 409: return refused(Code::conflict, or_else(words, "It is there already."));
    case 429: return refused(Code::too_many_requests, too_many(answer, words));
    default: return refused(Code::internal, broken(answer, words, settings));
  }
}

}  // namespace kohaku::cli
