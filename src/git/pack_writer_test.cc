#include "git/pack_writer.h"

#include <map>
#include <random>

#include "git/test_git.h"

namespace kohaku::git {
namespace {

// A reader that gives `content` in pieces of `size`.
std::function<Result<Bytes>()> pieces(std::string_view content, std::size_t size) {
  return [content, size]() mutable -> Result<Bytes> {
    const auto piece = content.substr(0, size);
    content.remove_prefix(piece.size());
    return as_bytes(piece);
  };
}

std::string random_content(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::string content(size, '\0');
  for (char& c : content) c = static_cast<char>(random());
  return content;
}

using PackWriterTest = GitTest;

TEST_F(PackWriterTest, GitReadsWhatWeWrite) {
  const auto repository = make_repository();
  auto writer = writer_for(*repository);
  std::map<std::string, std::string> blobs;  // by id
  for (unsigned i = 0; i < 300; ++i) {
    const auto content = random_content(i * 7, i);
    blobs[writer.add(ObjectType::blob, as_bytes(content))->hex()] = content;
  }
  Tree tree;
  for (const auto& [id, content] : blobs) {
    tree.push_back({.mode = mode_file, .name = "f" + id, .id = *Sha1::from_hex(id)});
  }
  const auto tree_id = *writer.add(ObjectType::tree, as_bytes(serialize_tree(tree)));
  const auto commit = commit_of(tree_id, {}, "First\n", 1700000000);
  const auto commit_id = *writer.add(ObjectType::commit, as_bytes(serialize_commit(commit)));
  EXPECT_EQ(writer.count(), blobs.size() + 2);
  const auto staged = *writer.finish();
  EXPECT_EQ(staged.objects, blobs.size() + 2);
  ASSERT_TRUE(publish_pack(staged, repository->directory()));

  const auto& directory = repository->directory();
  const auto pack = directory / "objects" / "pack" / (staged.name + ".pack");
  EXPECT_EQ(std::filesystem::file_size(pack), staged.bytes);
  EXPECT_EQ(std::filesystem::status(pack).permissions(), std::filesystem::perms(0444));
  git(directory, {"verify-pack", pack.native()});
  git(directory, {"update-ref", "refs/heads/main", commit_id.hex()});
  EXPECT_EQ(git(directory, {"fsck", "--full", "--strict"}), "");
  for (const auto& [id, content] : blobs) {
    if (content.size() % 70 != 0) continue;  // every tenth
    EXPECT_EQ(try_git(directory, {"cat-file", "blob", id}).output, content);
  }
  EXPECT_EQ(git(directory, {"log", "--format=%an %ae %at %s"}),
            "Ada ada@example.org 1700000000 First");
}

TEST_F(PackWriterTest, LongObjectsAreStreamed) {
  const auto repository = make_repository();
  auto writer = writer_for(*repository);
  const auto noise = random_content(5 << 20, 1);
  const std::string zeros(9 << 20, '\0');
  EXPECT_EQ(*writer.add_stream(ObjectType::blob, noise.size(), pieces(noise, 70'000)),
            object_id(ObjectType::blob, as_bytes(noise)));
  EXPECT_EQ(*writer.add(ObjectType::blob, as_bytes(zeros)),
            object_id(ObjectType::blob, as_bytes(zeros)));
  EXPECT_EQ(*writer.add_stream(ObjectType::blob, 0, pieces("", 1)),
            object_id(ObjectType::blob, {}));
  const auto small = *writer.add(ObjectType::blob, as_bytes("small"));
  const auto staged = *writer.finish();
  ASSERT_TRUE(publish_pack(staged, repository->directory()));
  git(repository->directory(),
      {"verify-pack",
       (repository->directory() / "objects/pack" / (staged.name + ".pack")).native()});
  EXPECT_EQ(git(repository->directory(), {"cat-file", "blob", small.hex()}), "small");
  EXPECT_EQ(
      *repository->read(object_id(ObjectType::blob, as_bytes(noise)), ObjectType::blob, 5 << 20),
      noise);
}

TEST_F(PackWriterTest, AnObjectIsWrittenOnce) {
  const auto repository = make_repository();
  auto writer = writer_for(*repository);
  const auto content = random_content(3 << 20, 2);
  const auto id = *writer.add(ObjectType::blob, as_bytes(content));
  EXPECT_TRUE(writer.contains(id));
  EXPECT_EQ(*writer.add(ObjectType::blob, as_bytes(content)), id);
  EXPECT_EQ(*writer.add_stream(ObjectType::blob, content.size(), pieces(content, 1000)), id);
  const auto tiny = *writer.add(ObjectType::blob, as_bytes("tiny"));
  EXPECT_EQ(*writer.add_stream(ObjectType::blob, 4, pieces("tiny", 1)), tiny);
  EXPECT_EQ(writer.count(), 2U);
  const auto staged = *writer.finish();
  EXPECT_LT(staged.bytes, content.size() + 10'000);
  ASSERT_TRUE(publish_pack(staged, repository->directory()));
  EXPECT_EQ(git(repository->directory(), {"count-objects", "-v"}).find("in-pack: 2\n") !=
                std::string::npos,
            true);
}

TEST_F(PackWriterTest, AFailedStreamLeavesNothingBehind) {
  const auto repository = make_repository();
  auto writer = writer_for(*repository);
  const auto content = random_content(2 << 20, 3);
  const auto kept = *writer.add(ObjectType::blob, as_bytes("kept"));
  EXPECT_EQ(
      writer.add_stream(ObjectType::blob, content.size() - 1, pieces(content, 9999)).error().code,
      Code::unprocessable);
  EXPECT_EQ(
      writer.add_stream(ObjectType::blob, content.size() + 1, pieces(content, 9999)).error().code,
      Code::unprocessable);
  int calls = 0;
  EXPECT_EQ(writer
                .add_stream(ObjectType::blob, content.size(),
                            [&]() -> Result<Bytes> {
                              if (++calls > 100) return fail(Code::request_timeout, "gone");
                              return as_bytes(content).first(10'000);
                            })
                .error()
                .code,
            Code::request_timeout);
  const auto later = *writer.add(ObjectType::blob, as_bytes("later"));
  EXPECT_EQ(writer.count(), 2U);
  const auto staged = *writer.finish();
  EXPECT_LT(staged.bytes, 200U);
  ASSERT_TRUE(publish_pack(staged, repository->directory()));
  git(repository->directory(),
      {"verify-pack",
       (repository->directory() / "objects/pack" / (staged.name + ".pack")).native()});
  EXPECT_EQ(git(repository->directory(), {"cat-file", "blob", kept.hex()}), "kept");
  EXPECT_EQ(git(repository->directory(), {"cat-file", "blob", later.hex()}), "later");
}

TEST_F(PackWriterTest, StagedFilesGoAwayUnlessPublished) {
  const auto repository = make_repository();
  {
    auto writer = writer_for(*repository);
    ASSERT_TRUE(writer.add(ObjectType::blob, as_bytes("x")));
    const auto staged = *writer.finish();
    EXPECT_TRUE(os::exists(staged.pack_file));
    EXPECT_TRUE(os::exists(staged.index_file));
  }
  EXPECT_TRUE(os::list(repository->directory() / "staging")->empty());
}

TEST_F(PackWriterTest, PublishingTheSamePackTwiceIsFine) {
  const auto repository = make_repository();
  for (int round = 0; round < 2; ++round) {
    auto writer = writer_for(*repository);
    ASSERT_TRUE(writer.add(ObjectType::blob, as_bytes("x")));
    EXPECT_TRUE(publish_pack(*writer.finish(), repository->directory()));
  }
  EXPECT_EQ(os::list(repository->directory() / "objects" / "pack")->size(), 2U);
  EXPECT_TRUE(os::list(repository->directory() / "staging")->empty());
  auto empty = writer_for(*repository);
  EXPECT_FALSE(empty.finish());
}

}  // namespace
}  // namespace kohaku::git
