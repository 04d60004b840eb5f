#include "cli/refusal.h"

#include <gtest/gtest.h>

namespace kohaku::cli {
namespace {

const Settings anonymous{"http://hub", "", ""};
const Settings signed_in{"http://hub", "hf_secret", "HF_TOKEN"};

std::string said(const Answer& answer, const Settings& settings = anonymous) {
  const auto error = refusal(answer, settings, "model org/name");
  EXPECT_EQ(error.message.find("hf_secret"), std::string::npos);
  return error.message;
}

TEST(Refusal, AMissingRepositoryMayBePrivate) {
  const Answer answer{.status = 404,
                      .error_code = "RepoNotFound",
                      .body = R"({"error":"Repository not found","detail":""})"};
  EXPECT_EQ(said(answer),
            "There is no model org/name at http://hub, or it is private and no token was given "
            "(HF_TOKEN).");
  EXPECT_EQ(said(answer, signed_in),
            "There is no model org/name at http://hub, or it is private and the token from "
            "HF_TOKEN may not read it.");
  EXPECT_EQ(refusal(answer, anonymous, "").code, Code::not_found);
}

TEST(Refusal, OtherMissingThingsAreToldInTheHubsWords) {
  EXPECT_EQ(said({.status = 404, .body = R"({"error":"No such route"})"}),
            "No such route. (asked http://hub for model org/name)");
}

TEST(Refusal, AskForASignIn) {
  EXPECT_EQ(said({.status = 401, .body = R"({"error":"Not authenticated"})"}),
            "Not authenticated. Set HF_TOKEN, or sign in with `hf auth login`.");
  EXPECT_EQ(said({.status = 401}, signed_in),
            "The hub does not take the token. The token came from HF_TOKEN.");
  EXPECT_EQ(refusal({.status = 401}, anonymous, "").code, Code::unauthorized);
}

TEST(Refusal, TheHubsWordsComeFromWhereTheyAre) {
  EXPECT_EQ(said({.status = 400, .body = R"({"error":"days is 0!","detail":"x"})"}), "days is 0!");
  EXPECT_EQ(said({.status = 400, .body = R"({"detail":"days is 0"})"}), "days is 0.");
  EXPECT_EQ(said({.status = 422, .body = R"({"detail":[{"msg":"x"}]})"}),
            "The hub did not take the question.");
  EXPECT_EQ(said({.status = 403, .error_message = "Not yours", .body = "<html>"}), "Not yours.");
  EXPECT_EQ(said({.status = 403}), "You have no right to the model org/name.");
}

TEST(Refusal, LongWordsAreCut) {
  const auto sentence =
      said({.status = 400, .body = "{\"error\":\"" + std::string(100'000, 'x') + "\"}"});
  EXPECT_LT(sentence.size(), 600U);
}

TEST(Refusal, SaysWhenToTryAgain) {
  EXPECT_EQ(said({.status = 429, .retry_after = "17", .body = R"({"error":"Slowly"})"}),
            "Slowly. Try again in 17 seconds.");
  EXPECT_EQ(said({.status = 429, .retry_after = "Wed, 15 Jan 2025 12:00:00 GMT"}),
            "The hub asks for patience. Try again later.");
  EXPECT_EQ(said({.status = 429}), "The hub asks for patience. Try again later.");
}

TEST(Refusal, FailuresOfTheHubNameTheRequest) {
  EXPECT_EQ(said({.status = 500, .request_id = "r-1", .body = R"({"error":"Oh no"})"}),
            "http://hub answered 500. Oh no. (request r-1)");
  EXPECT_EQ(said({.status = 502, .body = "<html>bad gateway</html>"}), "http://hub answered 502.");
  EXPECT_EQ(refusal({.status = 503}, anonymous, "").code, Code::internal);
}

}  // namespace
}  // namespace kohaku::cli
