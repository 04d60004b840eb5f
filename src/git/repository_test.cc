#include "git/repository.h"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <random>
#include <sstream>
#include <thread>

#include "git/test_git.h"

namespace kohaku::git {
namespace {

class RepositoryTest : public GitTest {
 protected:
  // A work tree with a history that has whatever packs can have.
  os::Path make_history() {
    const auto work = root() / "work";
    git(root(), {"init", "-q", "work"});
    std::string text;
    for (int i = 0; i < 2000; ++i) text += "line " + std::to_string(i * 7919) + "\n";
    for (int i = 0; i < 12; ++i) {
      text.replace(static_cast<std::size_t>(i) * 900, 4, "LINE");
      write_file(work / "long.txt", text);
      write_file(work / "folder" / "deep" / ("f" + std::to_string(i)), std::to_string(i));
      commit_all(work, "Change " + std::to_string(i) + "\n\nBody.");
    }
    add_odd_entries(work);
    return work;
  }

  void commit_all(const os::Path& work, const std::string& message) {
    git(work, {"add", "-A"});
    git(work, {"commit", "-q", "-m", message});
  }

  void add_odd_entries(const os::Path& work) {
    write_file(work / "run.sh", "#!/bin/sh\n");
    std::filesystem::permissions(work / "run.sh", std::filesystem::perms(0755));
    std::filesystem::create_symlink("long.txt", work / "link");
    write_file(work / "empty", "");
    git(work, {"update-index", "--add", "--cacheinfo",
               "160000,1234567890123456789012345678901234567890,module"});
    git(work, {"add", "run.sh", "link", "empty"});
    git(work, {"commit", "-q", "-m", "Odd modes"});
    git(work, {"tag", "-a", "-m", "A tag", "v1"});
    git(work, {"tag", "-a", "-m", "A tag of a tag", "v2", "v1"});
    git(work, {"checkout", "-q", "-b", "side", "HEAD~3"});
    write_file(work / "side.txt", "side");
    commit_all(work, "Side");
    git(work, {"checkout", "-q", "main"});
    git(work, {"merge", "-q", "--no-ff", "-m", "Merge", "side"});
  }

  // Every object of `directory` (a git directory) as ours against what cat-file says.
  void expect_same_objects(const Repository& repository, const os::Path& directory) {
    std::istringstream lines(
        git(directory, {"cat-file", "--batch-all-objects",
                        "--batch-check=%(objectname) %(objecttype) %(objectsize)"}));
    std::string id_text, type;
    std::uint64_t size = 0;
    int count = 0;
    while (lines >> id_text >> type >> size) {
      ++count;
      const auto id = *Sha1::from_hex(id_text);
      const auto header = repository.header(id);
      ASSERT_TRUE(header) << id_text << " " << header.error().detail;
      EXPECT_EQ(to_string(header->type), type);
      EXPECT_EQ(header->size, size);
      const auto content = repository.read(id, header->type, 1 << 30);
      ASSERT_TRUE(content) << id_text << " " << content.error().detail;
      EXPECT_EQ(object_id(header->type, as_bytes(*content)), id);
      expect_parses(repository, id, header->type, *content);
    }
    EXPECT_GT(count, 50);
  }

  static void expect_parses(const Repository& repository, const Sha1& id, ObjectType type,
                            const std::string& content) {
    if (type == ObjectType::tree) {
      EXPECT_EQ(serialize_tree(**repository.tree(id)), content);
    } else if (type == ObjectType::commit) {
      EXPECT_EQ(serialize_commit(**repository.commit(id)), content);
    } else if (type == ObjectType::tag) {
      EXPECT_EQ(serialize_tag(*parse_tag(content)), content);
    } else {
      EXPECT_EQ(**repository.small_blob(id), content);
    }
  }

  Sha1 publish_blob(const Repository& repository, std::string_view content, bool behind_its_back) {
    auto writer = writer_for(repository);
    const auto id = *writer.add(ObjectType::blob, as_bytes(content));
    const auto staged = *writer.finish();
    EXPECT_TRUE(behind_its_back ? publish_pack(staged, repository.directory())
                                : repository.publish(staged));
    return id;
  }
};

TEST_F(RepositoryTest, ReadsLooseObjectsAndPacksOfGit) {
  const auto work = make_history();
  const auto repository = make_repository();
  const auto objects = repository->directory() / "objects";
  std::filesystem::copy(work / ".git" / "objects", objects,
                        std::filesystem::copy_options::recursive |
                            std::filesystem::copy_options::skip_existing);
  expect_same_objects(*repository, work);

  git(work, {"repack", "-q", "-a", "-d", "-f", "--depth=50", "--window=50"});
  for (const auto& entry : *os::list(objects)) {
    if (entry.name.size() == 2) ASSERT_TRUE(os::remove_tree(objects / entry.name));
  }
  std::filesystem::copy(work / ".git" / "objects" / "pack", objects / "pack");
  expect_same_objects(*repository, work);
  const auto index = git(work, {"verify-pack", "-v",
                                (objects / "pack" / "p").native().substr(0, 0) +
                                    git(work, {"rev-parse", "--git-path", "objects/pack"}) + "/" +
                                    os::list(work / ".git/objects/pack")->front().name});
  EXPECT_NE(index.find("chain length = 5"), index.npos) << "the pack must have deltas";
}

TEST_F(RepositoryTest, ReadsDeltasByIdToo) {
  const auto work = make_history();
  const auto repository = make_repository();
  // Without --delta-base-offset git names the base by its id.
  git(work, {"-c", "repack.useDeltaBaseOffset=false", "repack", "-q", "-a", "-d", "-f"});
  ASSERT_TRUE(os::remove_tree(repository->directory() / "objects" / "pack"));
  std::filesystem::copy(work / ".git" / "objects" / "pack",
                        repository->directory() / "objects" / "pack");
  expect_same_objects(*repository, work);
}

TEST_F(RepositoryTest, FindsPathsTagsAndPrefixes) {
  const auto work = make_history();
  git(work, {"repack", "-q", "-a", "-d"});
  const auto repository = make_repository();
  std::filesystem::copy(work / ".git" / "objects" / "pack",
                        repository->directory() / "objects" / "pack",
                        std::filesystem::copy_options::recursive);
  const auto head = git_id(work, {"rev-parse", "HEAD"});
  const auto root_tree = (*repository->commit(head))->tree;
  EXPECT_EQ((*repository->commit(head))->parents.size(), 2U);
  EXPECT_EQ((*repository->find(root_tree, "folder/deep/f3"))->id,
            git_id(work, {"rev-parse", "HEAD:folder/deep/f3"}));
  EXPECT_EQ((*repository->find(root_tree, "folder"))->mode, mode_tree);
  EXPECT_EQ((*repository->find(root_tree, ""))->id, root_tree);
  EXPECT_EQ((*repository->find(root_tree, "run.sh"))->mode, mode_executable);
  EXPECT_EQ((*repository->find(root_tree, "link"))->mode, mode_symlink);
  EXPECT_EQ((*repository->find(root_tree, "module"))->mode, mode_submodule);
  EXPECT_FALSE(repository->find(root_tree, "folder/none")->has_value());
  EXPECT_FALSE(repository->find(root_tree, "run.sh/x")->has_value());

  const auto tagged = git_id(work, {"rev-parse", "v1^{commit}"});
  for (const auto* name : {"v1", "v2", "v1^{commit}"}) {
    EXPECT_EQ(*repository->peel_to_commit(git_id(work, {"rev-parse", name})), tagged) << name;
  }
  EXPECT_EQ(repository->peel_to_commit(root_tree).error().code, Code::not_found);

  EXPECT_EQ(*repository->find_commit_by_prefix(head.hex().substr(0, 12)), head);
  EXPECT_EQ(*repository->find_commit_by_prefix(head.hex().substr(0, 39)), head);
  EXPECT_FALSE(repository->find_commit_by_prefix(root_tree.hex().substr(0, 12)));
  EXPECT_FALSE(repository->find_commit_by_prefix("0000000"));
  EXPECT_FALSE(repository->find_commit_by_prefix(head.hex().substr(0, 4)));
  EXPECT_FALSE(repository->find_commit_by_prefix("main-branch"));
}

TEST_F(RepositoryTest, AnswersForMissingAndMistakenObjects) {
  const auto repository = make_repository();
  const auto id = publish_blob(*repository, "content", false);
  EXPECT_EQ(repository->read(sha1(as_bytes("x")), ObjectType::blob, 10).error().code,
            Code::not_found);
  EXPECT_EQ(repository->read(id, ObjectType::tree, 10).error().code, Code::not_found);
  EXPECT_EQ(repository->read(id, ObjectType::blob, 6).error().code, Code::payload_too_large);
  EXPECT_EQ(*repository->read(id, ObjectType::blob, 7), "content");
  EXPECT_FALSE(repository->tree(id));
  EXPECT_FALSE(repository->commit(id));
  EXPECT_TRUE((*repository->tree(empty_tree_id()))->empty());
  EXPECT_FALSE(repository->contains(empty_tree_id()));
  EXPECT_TRUE(repository->contains(id));
}

TEST_F(RepositoryTest, NewPacksAreFoundAtOnce) {
  const auto repository = make_repository();
  std::vector<Sha1> ids;
  for (int i = 0; i < 60; ++i) {
    EXPECT_FALSE(repository->contains(object_id(ObjectType::blob, as_bytes(std::to_string(i)))));
    ids.push_back(publish_blob(*repository, std::to_string(i), i % 3 != 0));
    ASSERT_TRUE(repository->contains(ids.back())) << i;
  }
  for (const auto& id : ids) EXPECT_TRUE(repository->contains(id));
}

TEST_F(RepositoryTest, ConsolidatedPacksAreFoundAgain) {
  const auto repository = make_repository();
  std::vector<Sha1> ids;
  for (int i = 0; i < 50; ++i) ids.push_back(publish_blob(*repository, std::to_string(i), false));
  for (const auto& id : ids) ASSERT_TRUE(repository->contains(id));
  // All objects move to one pack behind the reader's back.
  git(repository->directory(), {"repack", "-q", "-a", "-d", "-k"});
  EXPECT_EQ(git(repository->directory(), {"count-objects", "-v"}).find("packs: 1\n") ==
                std::string::npos,
            false);
  const auto again = *repositories().get({7});
  EXPECT_EQ(again.get(), repository.get());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    EXPECT_EQ(*repository->read(ids[i], ObjectType::blob, 10), std::to_string(i));
  }
}

TEST_F(RepositoryTest, DamagedObjectsAreNeverGiven) {
  const auto repository = make_repository();
  auto writer = writer_for(*repository);
  std::mt19937 random(1);
  std::string content(3000, '\0');
  for (char& c : content) c = static_cast<char>('a' + random() % 20);
  const auto id = *writer.add(ObjectType::blob, as_bytes(content));
  const auto staged = *writer.finish();
  ASSERT_TRUE(publish_pack(staged, repository->directory()));
  const auto path = repository->directory() / "objects" / "pack" / (staged.name + ".pack");
  std::filesystem::permissions(path, std::filesystem::perms(0644));
  const auto size = static_cast<std::size_t>(std::filesystem::file_size(path));
  int refused = 0;
  for (std::size_t at = 12; at < size - 20; at += 7) {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekg(static_cast<std::streamoff>(at));
    const auto byte = static_cast<char>(file.get());
    const auto put = [&](char c) {
      file.seekp(static_cast<std::streamoff>(at));
      file.put(c);
      file.flush();
    };
    put(static_cast<char>(byte ^ 0x10));
    const auto read = repository->read(id, ObjectType::blob, 1 << 20);
    if (!read) ++refused;
    EXPECT_TRUE(!read || *read == content) << at;
    std::string streamed;
    if (auto stream = repository->open_blob(id)) {
      std::string piece(700, '\0');
      for (;;) {
        const auto got = (*stream)->read(std::as_writable_bytes(std::span(piece)));
        if (!got || *got == 0) break;
        streamed.append(piece, 0, *got);
      }
    }
    EXPECT_TRUE(streamed.size() < content.size() || streamed == content) << at;
    put(byte);
  }
  EXPECT_GT(refused, 100);
  EXPECT_EQ(*repository->read(id, ObjectType::blob, 1 << 20), content);
}

TEST_F(RepositoryTest, LongBlobsAreStreamed) {
  const auto repository = make_repository();
  std::string content;
  for (int i = 0; content.size() < (3 << 20); ++i) content += std::to_string(i * 31) + ",";
  const auto id = publish_blob(*repository, content, false);
  const auto stream = *repository->open_blob(id);
  EXPECT_EQ(stream->size(), content.size());
  std::string piece(100'000, '\0'), streamed;
  for (std::size_t got = 1; got > 0;) {
    got = *stream->read(std::as_writable_bytes(std::span(piece)));
    streamed.append(piece, 0, got);
  }
  EXPECT_EQ(streamed, content);
  EXPECT_FALSE(repository->open_blob(sha1(as_bytes("no"))));
}

TEST_F(RepositoryTest, AStreamGoesOnWhenItsRepositoryIsRemoved) {
  auto repository = make_repository();
  std::string content;
  for (int i = 0; content.size() < (2 << 20); ++i) content += std::to_string(i * 31) + ",";
  const auto stream = *repository->open_blob(publish_blob(*repository, content, false));
  std::string streamed(content.size(), '\0');
  const auto out = std::as_writable_bytes(std::span(streamed));
  ASSERT_EQ(*stream->read(out.first(1000)), 1000U);
  ASSERT_TRUE(repositories().remove({7}));
  repository.reset();
  ASSERT_EQ(*stream->read(out.subspan(1000)), content.size() - 1000);
  EXPECT_EQ(streamed, content);
}

TEST_F(RepositoryTest, OneRepositoryNeverAnswersForAnother) {
  const auto one = make_repository({1});
  const auto two = make_repository({2});
  const auto blob = publish_blob(*one, "secret", false);
  auto writer = writer_for(*one);
  const auto tree = *writer.add(
      ObjectType::tree, as_bytes(serialize_tree({{.mode = mode_file, .name = "f", .id = blob}})));
  const auto commit =
      *writer.add(ObjectType::commit, as_bytes(serialize_commit(commit_of(tree, {}, "m", 1))));
  ASSERT_TRUE(one->publish(*writer.finish()));
  EXPECT_TRUE(one->small_blob(blob) && one->tree(tree) && one->commit(commit));
  EXPECT_EQ(two->small_blob(blob).error().code, Code::not_found);
  EXPECT_EQ(two->tree(tree).error().code, Code::not_found);
  EXPECT_EQ(two->commit(commit).error().code, Code::not_found);
  EXPECT_FALSE(two->find_commit_by_prefix(commit.hex().substr(0, 10)));

  // A repository removed and made again under the same id starts empty.
  ASSERT_TRUE(repositories().remove({1}));
  EXPECT_EQ(repositories().get({1}).error().code, Code::not_found);
  const auto reborn = make_repository({1});
  EXPECT_EQ(reborn->small_blob(blob).error().code, Code::not_found);
  EXPECT_EQ(reborn->commit(commit).error().code, Code::not_found);
}

TEST_F(RepositoryTest, GitAcceptsANewRepository) {
  const auto repository = make_repository({300});
  EXPECT_EQ(repository->directory(), repositories().directory({300}));
  EXPECT_EQ(repository->directory().parent_path().filename(), "2c");
  EXPECT_EQ(git(repository->directory(), {"rev-parse", "--is-bare-repository"}), "true");
  EXPECT_EQ(git(repository->directory(), {"symbolic-ref", "HEAD"}), "refs/heads/main");
  EXPECT_TRUE(repositories().create({300})) << "making it again is fine";
}

TEST_F(RepositoryTest, ManyThreadsReadWhilePacksArrive) {
  const auto repository = make_repository();
  constexpr int packs = 120;
  std::atomic<int> published = 0;
  std::atomic<int> misses = 0;
  std::vector<std::thread> readers;
  for (int reader = 0; reader < 3; ++reader) {
    readers.emplace_back([&, reader] {
      std::mt19937 random(static_cast<unsigned>(reader));
      while (published < packs) {
        const int known = published;
        if (known == 0) continue;
        const auto text = std::to_string(random() % static_cast<unsigned>(known));
        const auto read =
            repository->read(object_id(ObjectType::blob, as_bytes(text)), ObjectType::blob, 100);
        if (!read || *read != text) ++misses;
        if (repository->contains(sha1(as_bytes(text)))) ++misses;
      }
    });
  }
  for (int i = 0; i < packs; ++i) {
    publish_blob(*repository, std::to_string(i), i % 2 == 0);
    ++published;
  }
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(misses, 0);
}

}  // namespace
}  // namespace kohaku::git
