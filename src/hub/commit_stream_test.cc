#include "hub/commit_stream.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <filesystem>

namespace kohaku::hub {
namespace {

struct Seen {
  CommitLine line;
  std::string content;
};

struct Outcome {
  std::vector<Seen> lines;
  Result<> result;
};

os::Path spool_directory() { return std::filesystem::temp_directory_path(); }

std::string read_all(const CommitSpool& spool, ContentEncoding encoding) {
  SpoolReader reader(spool, encoding);
  std::string content;
  while (true) {
    const auto piece = reader.read();
    if (!piece) return "unreadable: " + piece.error().message;
    if (piece->empty()) return content;
    content += as_text(*piece);
  }
}

Outcome parse(std::string_view body, const std::vector<std::size_t>& cuts = {},
              CommitStreamLimits limits = {}) {
  Outcome outcome;
  CommitStream stream(limits, spool_directory(), [&](CommitLine& line, const CommitSpool& content) {
    outcome.lines.push_back({line, read_all(content, line.encoding)});
    return Result<>{};
  });
  std::size_t start = 0;
  for (const auto cut : cuts) {
    outcome.result = stream.feed(as_bytes(body.substr(start, cut - start)));
    if (!outcome.result) return outcome;
    start = cut;
  }
  outcome.result = stream.feed(as_bytes(body.substr(start)));
  if (outcome.result) outcome.result = stream.finish();
  return outcome;
}

constexpr std::string_view sample =
    "{\"key\":\"header\",\"value\":{\"summary\":\"T\\u00e4st "
    "\\\"x\\\"\",\"description\":\"d\\n\\ud83d\\ude00\","
    "\"parentCommit\":null,\"new\":[1,{\"summary\":\"no\"}]}}\r\n"
    "\n"
    "  \t \r\n"
    "{\"value\":{\"content\":\"aGVs\\nbG8=\",\"path\":\"a/"
    "b.txt\",\"encoding\":\"base64\"},\"key\":\"file\"}\n"
    "{\"key\":\"file\",\"value\":{\"content\":\"h\\u00e9 "
    "\xE2\x82\xAC\",\"encoding\":\"utf-8\",\"path\":\"u\"}} \n"
    "{\"key\":\"file\",\"value\":{\"path\":\"empty\",\"content\":\"\",\"encoding\":\"base64\"}}\n"
    "{\"key\":\"lfsFile\",\"value\":{\"path\":\"m.bin\",\"algo\":\"sha256\",\"oid\":\"ab\","
    "\"size\":12345678901}}\n"
    "{\"key\":\"copyFile\",\"value\":{\"path\":\"c\",\"src_path\":\"a\",\"srcRevision\":\"main\"},"
    "\"x\":{\"key\":\"file\"}}\n"
    "{\"key\":\"deletedFolder\",\"value\":{\"path\":\"dir/\"}}\n"
    "{\"key\":\"deletedFile\",\"value\":{\"path\":\"gone\"}}";

void expect_sample(const Outcome& outcome, std::string_view where) {
  ASSERT_TRUE(outcome.result) << where << ": " << outcome.result.error().message;
  const auto& lines = outcome.lines;
  ASSERT_EQ(lines.size(), 8U) << where;
  using Kind = CommitLine::Kind;
  EXPECT_EQ(lines[0].line.kind, Kind::header) << where;
  EXPECT_EQ(lines[0].line.summary, "T\xC3\xA4st \"x\"") << where;
  EXPECT_EQ(lines[0].line.description, "d\n\xF0\x9F\x98\x80") << where;
  EXPECT_EQ(lines[0].line.parent_commit, "") << where;
  EXPECT_EQ(lines[1].line.number, 4U) << where;
  EXPECT_EQ(lines[1].line.path, "a/b.txt") << where;
  EXPECT_EQ(lines[1].content, "hello") << where;
  EXPECT_EQ(lines[2].line.path, "u") << where;
  EXPECT_EQ(lines[2].content, "h\xC3\xA9 \xE2\x82\xAC") << where;
  EXPECT_TRUE(lines[3].line.has_content) << where;
  EXPECT_EQ(lines[3].content, "") << where;
  EXPECT_EQ(lines[4].line.kind, Kind::lfs_file) << where;
  EXPECT_EQ(lines[4].line.oid, "ab") << where;
  EXPECT_EQ(lines[4].line.size, 12345678901U) << where;
  EXPECT_EQ(lines[5].line.source_path, "a") << where;
  EXPECT_EQ(lines[5].line.source_revision, "main") << where;
  EXPECT_EQ(lines[6].line.path, "dir/") << where;
  EXPECT_EQ(lines[7].line.kind, Kind::deleted_file) << where;
  EXPECT_EQ(lines[7].line.path, "gone") << where;
}

TEST(CommitStream, readsEveryKindOfLine) { expect_sample(parse(sample), "whole"); }

TEST(CommitStream, piecesMayBeCutAnywhere) {
  for (std::size_t cut = 0; cut <= sample.size(); ++cut) {
    expect_sample(parse(sample, {cut}), "cut at " + std::to_string(cut));
  }
  std::vector<std::size_t> every_byte;
  for (std::size_t i = 1; i < sample.size(); ++i) every_byte.push_back(i);
  expect_sample(parse(sample, every_byte), "byte by byte");
}

struct Bad {
  std::string body;
  Code code;
  std::string says;
};

TEST(CommitStream, refusesWhatItDoesNotUnderstand) {
  const std::string header = "{\"key\":\"header\",\"value\":{\"summary\":\"x\"}}\n";
  const std::vector<Bad> table = {
      {"", Code::bad_request, "empty"},
      {"\n\n", Code::bad_request, "empty"},
      {"{\"key\":\"file\",\"value\":{\"path\":\"a\",\"content\":\"\"}}", Code::bad_request,
       "header must come first"},
      {header + header, Code::bad_request, "Line 2 of the commit: There is a second header"},
      {header + "{\"key\":\"file\"", Code::bad_request,
       "Line 2 of the commit: It is not valid JSON"},
      {header + "{} {}", Code::bad_request, "behind the JSON object"},
      {header + "[]", Code::bad_request, "must be a JSON object"},
      {header + "7", Code::bad_request, "must be a JSON object"},
      {header + "null", Code::bad_request, "must be a JSON object"},
      {header + "\"x\"", Code::bad_request, "must be a JSON object"},
      {header + "{}", Code::bad_request, "'key' is missing"},
      {header + "{\"key\":7,\"value\":{}}", Code::bad_request, "'key' must be text"},
      {header + "{\"key\":{},\"value\":{}}", Code::bad_request, "'key' must be text"},
      {header + "{\"key\":\"file\"}", Code::bad_request, "'value' is missing"},
      {header + "{\"key\":\"file\",\"value\":[]}", Code::bad_request, "'value' must be an object"},
      {header + "{\"key\":\"file\",\"value\":null}", Code::bad_request,
       "'value' must be an object"},
      {header + "{\"key\":\"file\",\"value\":{\"content\":\"\"}}", Code::bad_request,
       "'path' is missing"},
      {header + "{\"key\":\"file\",\"value\":{\"path\":[]}}", Code::bad_request,
       "'path' must be text"},
      {header + "{\"key\":\"file\",\"value\":{\"path\":true}}", Code::bad_request,
       "'path' must be text"},
      {header + "{\"key\":\"lfsFile\",\"value\":{\"path\":\"a\",\"size\":\"7\"}}",
       Code::bad_request, "'size' must be"},
      {header + "{\"key\":\"lfsFile\",\"value\":{\"path\":\"a\",\"size\":-1}}", Code::bad_request,
       "'size' must be"},
      {header + "{\"key\":\"lfsFile\",\"value\":{\"path\":\"a\",\"size\":1.5}}", Code::bad_request,
       "'size' must be"},
      {header + "{\"key\":\"file\",\"value\":{\"path\":\"a\",\"content\":{}}}", Code::bad_request,
       "'content' must be text"},
      {header + "{\"key\":\"moveFile\",\"value\":{\"path\":\"a\"}}", Code::bad_request,
       "'moveFile' is not known"},
      {header + "{\"key\":\"file\",\"value\":{\"path\":\"a\",\"encoding\":\"hex\"}}",
       Code::bad_request, "encoding 'hex'"},
      {header + "{\"key\":\"file\",\"value\":{\"path\":\"" + std::string(4098, 'a') + "\"}}",
       Code::bad_request, "longer than"},
      {header + "{\"x\":" + std::string(100, '[') + std::string(100, ']') + "}", Code::bad_request,
       "not valid JSON"},
      {header + "{\"key\":\"file\",\"value\":{\"path\":\"\xff\"}}", Code::bad_request,
       "not valid JSON"},
      {header + "{\"key\":\"file\",\"value\":{\"path\":\"\\ud800\"}}", Code::bad_request,
       "not valid JSON"},
  };
  for (const auto& bad : table) {
    for (const std::size_t step : {std::size_t{1}, std::size_t{7}, bad.body.size() + 1}) {
      std::vector<std::size_t> cuts;
      for (std::size_t i = step; i < bad.body.size(); i += step) cuts.push_back(i);
      const auto outcome = parse(bad.body, cuts);
      ASSERT_FALSE(outcome.result) << bad.body;
      EXPECT_EQ(outcome.result.error().code, bad.code) << bad.body;
      EXPECT_NE(outcome.result.error().message.find(bad.says), std::string::npos)
          << bad.body << ": " << outcome.result.error().message;
    }
  }
}

TEST(CommitStream, spellsOutBadBase64) {
  const std::string header = "{\"key\":\"header\",\"value\":{\"summary\":\"x\"}}\n";
  for (const char* content : {"a!b", "YQ==YQ==", "YQ=x"}) {
    const auto outcome = parse(
        header + "{\"key\":\"file\",\"value\":{\"path\":\"a\",\"content\":\"" + content + "\"}}");
    ASSERT_TRUE(outcome.result);
    EXPECT_EQ(outcome.lines[1].content, "unreadable: The content is not valid base64.") << content;
  }
}

// A file of 12 MB passes in pieces; one over the limit is refused before its end.
std::string base64_of(std::size_t bytes) {
  return base64_encode(as_bytes(std::string(bytes, 'k')));
}

TEST(CommitStream, largeContentStaysOutOfMemory) {
  CommitStreamLimits limits;
  limits.inline_bytes = 100'000'000;
  std::uint64_t size = 0;
  std::uint64_t announced = 0;
  CommitStream stream(limits, spool_directory(), [&](CommitLine& line, const CommitSpool& content) {
    if (line.kind != CommitLine::Kind::file) return Result<>{};
    announced = content.decoded_size(line.encoding);
    SpoolReader reader(content, line.encoding);
    while (true) {
      const auto piece = reader.read();
      if (!piece || piece->empty()) return Result<>{};
      size += piece->size();
    }
  });
  const std::size_t bytes = 12'000'002;
  ASSERT_TRUE(
      stream.feed(as_bytes("{\"key\":\"header\",\"value\":{\"summary\":\"x\"}}\n{\"key\":\"file\","
                           "\"value\":{\"content\":\"")));
  const auto piece = base64_of(300'000);  // no padding: 300,000 is a multiple of 3
  const auto before = ::mallinfo2().uordblks;
  for (std::size_t sent = 0; sent + 300'000 <= bytes; sent += 300'000) {
    ASSERT_TRUE(stream.feed(as_bytes(piece)));
  }
  EXPECT_LT(::mallinfo2().uordblks, before + (1U << 20U));
  ASSERT_TRUE(stream.feed(as_bytes(base64_of(bytes % 300'000) + "\",\"path\":\"p\"}}\n")));
  ASSERT_TRUE(stream.finish());
  EXPECT_EQ(size, bytes);
  EXPECT_EQ(announced, bytes);
}

TEST(CommitStream, overTheLimitIsRefusedEarly) {
  CommitStreamLimits limits;
  limits.inline_bytes = 1'000'000;
  CommitStream stream(limits, spool_directory(),
                      [](CommitLine&, const CommitSpool&) { return Result<>{}; });
  ASSERT_TRUE(
      stream.feed(as_bytes("{\"key\":\"header\",\"value\":{\"summary\":\"x\"}}\n{\"key\":\"file\","
                           "\"value\":{\"content\":\"")));
  const std::string piece(100'000, 'A');
  Result<> fed;
  int pieces = 0;
  while ((fed = stream.feed(as_bytes(piece)))) ASSERT_LT(++pieces, 20);
  EXPECT_EQ(fed.error().code, Code::payload_too_large);
  EXPECT_NE(fed.error().message.find("LFS"), std::string::npos);
}

TEST(CommitStream, longLinesAndManyLinesAreRefused) {
  CommitStreamLimits limits;
  limits.inline_bytes = 1'000;
  limits.lines = 3;
  const std::string header = "{\"key\":\"header\",\"value\":{\"summary\":\"x\"}}\n";
  auto outcome = parse(header + "{\"ignored\":\"" + std::string(2 << 20, 'x') + "\"}", {}, limits);
  ASSERT_FALSE(outcome.result);
  EXPECT_EQ(outcome.result.error().code, Code::payload_too_large);
  const std::string line = "{\"key\":\"deletedFile\",\"value\":{\"path\":\"a\"}}\n";
  EXPECT_TRUE(parse(header + line + line, {}, limits).result);
  outcome = parse(header + line + line + line, {}, limits);
  ASSERT_FALSE(outcome.result);
  EXPECT_EQ(outcome.result.error().code, Code::payload_too_large);
}

TEST(CommitStream, aFailureOfTheReaderEndsIt) {
  CommitStream stream({}, spool_directory(), [](CommitLine&, const CommitSpool&) -> Result<> {
    return fail(Code::entry_not_found, "no");
  });
  const auto fed = stream.feed(as_bytes("{\"key\":\"header\",\"value\":{\"summary\":\"x\"}}\n"));
  ASSERT_FALSE(fed);
  EXPECT_EQ(fed.error().code, Code::entry_not_found);
}

TEST(CommitSpool, spillsAndComesBack) {
  CommitSpool spool(spool_directory());
  for (int round = 0; round < 2; ++round) {
    std::string expected;
    for (int i = 0; i < 400; ++i) {
      const std::string part(1000, static_cast<char>('a' + i % 26));
      ASSERT_TRUE(spool.append(part));
      expected += part;
    }
    EXPECT_EQ(*spool.decode_small(ContentEncoding::utf8), std::nullopt);
    EXPECT_EQ(read_all(spool, ContentEncoding::utf8), expected);
    spool.clear();
    ASSERT_TRUE(spool.append("x"));
    EXPECT_EQ(*spool.decode_small(ContentEncoding::utf8), "x");
    EXPECT_EQ(read_all(spool, ContentEncoding::utf8), "x");
    spool.clear();
  }
}

}  // namespace
}  // namespace kohaku::hub
