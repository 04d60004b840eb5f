#include "hub/ssh_command.h"

#include <gtest/gtest.h>

namespace kohaku::hub {
namespace {

struct Expected {
  std::string text;
  SshService service;
  RepoType type;
};

TEST(SshCommand, WhatGitAndGitLfsSend) {
  using enum SshService;
  for (const auto& expected : std::vector<Expected>{
           {"git-upload-pack 'alice/bird.git'", upload_pack, RepoType::model},
           {"git-upload-pack '/alice/bird'", upload_pack, RepoType::model},
           {"git-upload-pack '/models/alice/bird.git/'", upload_pack, RepoType::model},
           {"git upload-pack 'alice/bird'", upload_pack, RepoType::model},
           {"git-receive-pack 'datasets/alice/bird'", receive_pack, RepoType::dataset},
           {"git receive-pack '/spaces/alice/bird.git'", receive_pack, RepoType::space},
           {"git-lfs-authenticate alice/bird.git download", lfs_download, RepoType::model},
           {"git-lfs-authenticate '/datasets/alice/bird.git' upload", lfs_upload,
            RepoType::dataset},
           {"git-lfs-authenticate alice/bird.git upload abc123", lfs_upload, RepoType::model}}) {
    const auto command = parse_ssh_command(expected.text);
    ASSERT_TRUE(command) << expected.text;
    EXPECT_EQ(command->service, expected.service) << expected.text;
    EXPECT_EQ(command->type, expected.type) << expected.text;
    EXPECT_EQ(command->repo.full(), "alice/bird") << expected.text;
    EXPECT_EQ(command->writes(),
              expected.service == receive_pack || expected.service == lfs_upload);
  }
}

TEST(SshCommand, EverythingElseIsRefusedWithASentence) {
  for (const std::string& text : {std::string(),
                                  std::string(" "),
                                  std::string("sh"),
                                  std::string("ls -la"),
                                  std::string("git-upload-pack"),
                                  std::string("git-upload-pack "),
                                  std::string("git-upload-pack alice"),
                                  std::string("git-upload-pack 'alice/bird'; id"),
                                  std::string("git-upload-pack 'alice/bird' --strict"),
                                  std::string("git-upload-pack --upload-pack=id alice/bird"),
                                  std::string("git-upload-pack '--help'"),
                                  std::string("git-upload-pack 'alice/bird"),
                                  std::string("git-upload-pack  'alice/bird'"),
                                  std::string("git-upload-pack 'alice/bird' "),
                                  std::string("git-upload-pack $(id)/bird"),
                                  std::string("git-upload-pack \"alice/bird\""),
                                  std::string("git-upload-pack alice/bird\n"),
                                  std::string("git-upload-pack alice\\/bird"),
                                  std::string("git-upload-pack alice/bird\\"),
                                  std::string("git-upload-pack '../alice/bird'"),
                                  std::string("git-upload-pack 'kernels/alice/bird'"),
                                  std::string("git-upload-pack 'datasets/a/b/c'"),
                                  std::string("git-upload-pack '~/bird'"),
                                  std::string("git-upload-pack '//alice/bird'"),
                                  std::string("git-upload-pack 'alice//bird'"),
                                  std::string("git-upload-pack '-alice/bird'"),
                                  std::string("git-upload-pack 'al'\\''ice/bird'"),
                                  std::string("git-upload-archive 'alice/bird'"),
                                  std::string("git lfs-authenticate a/b upload"),
                                  std::string("git-lfs-authenticate alice/bird"),
                                  std::string("git-lfs-authenticate alice/bird delete"),
                                  std::string("git-lfs-authenticate alice/bird upload a b"),
                                  std::string("git-lfs-transfer alice/bird upload"),
                                  std::string("git-upload-pack 'alice/bird\0'", 29),
                                  std::string(5000, 'a')}) {
    const auto command = parse_ssh_command(text);
    ASSERT_FALSE(command) << text;
    EXPECT_EQ(command.error().code, Code::bad_request);
    EXPECT_GT(command.error().message.size(), 20U) << text;
  }
}

}  // namespace
}  // namespace kohaku::hub
