#include "hub/preupload.h"

#include "base/hash.h"
#include "base/repo_path.h"
#include "hub/attribute_lookup.h"
#include "hub/blob_facts.h"
#include "hub/lfs_settings.h"
#include "hub/revisions.h"

namespace kohaku::hub {
namespace {

// Of small files, for one question: their sha256 is known to nobody.
constexpr std::uint64_t most_hashed_bytes = 256 << 20;

// Answers for one tree.
class Answers {
 public:
  Answers(Hub& hub, const Repo& repo, std::shared_ptr<const git::Repository> repository, Sha1 tree,
          const PreuploadQuestion& question)
      : hub_(hub),
        repo_(repo),
        repository_(std::move(repository)),
        tree_(tree),
        question_(question),
        settings_(lfs_settings(hub.config, repo)),
        attributes_([this](const std::string& path) { return read_attributes(path); }) {}

  Result<> read_ignore_rules() {
    auto text = question_.git_ignore;
    if (!text)
      text = TRY(read_rules_file(*repository_, TRY(repository_->find(tree_, ".gitignore"))));
    ignore_ = git::IgnoreRules::parse(text.value_or(std::string()));
    return {};
  }

  Result<PreuploadAnswer> answer(const PreuploadFile& file) {
    const auto path = TRY(RepoPath::parse(file.path)).text();
    PreuploadAnswer answer{.path = file.path};
    answer.large = file.size > 0 && TRY(is_large(file, path));
    answer.should_ignore = ignore_.ignores(path);
    const auto entry = TRY(repository_->find(tree_, path));
    if (!entry || entry->is_tree() || entry->mode == git::mode_submodule) return answer;
    const auto facts = TRY(blob_facts(hub_, repo_.id, *repository_, entry->id));
    answer.oid = facts.pointer ? facts.pointer->oid.hex() : entry->id.hex();
    if (file.sha256) answer.should_ignore |= TRY(is_here(file, entry->id, facts));
    return answer;
  }

 private:
  Result<bool> is_large(const PreuploadFile& file, const std::string& path) {
    if (file.size >= settings_.threshold_bytes || settings_.has_large_suffix(path)) return true;
    return TRY(attributes_.is_lfs(path)).value_or(false);
  }

  Result<std::optional<std::string>> read_attributes(const std::string& path) {
    if (path == attributes_name && question_.git_attributes) return question_.git_attributes;
    return read_rules_file(*repository_, TRY(repository_->find(tree_, path)));
  }

  Result<bool> is_here(const PreuploadFile& file, const Sha1& blob, const BlobFacts& facts) {
    const auto wanted = Sha256::from_hex(*file.sha256);
    if (!wanted) return false;
    if (facts.pointer) return facts.pointer->oid == *wanted;
    if (facts.size != file.size || hashed_ + facts.size > most_hashed_bytes) return false;
    hashed_ += facts.size;
    Sha256Hasher hasher;
    const auto stream = TRY(repository_->open_blob(blob));
    std::string piece(std::size_t{64} << 10U, '\0');
    while (true) {
      const auto got = TRY(stream->read(std::as_writable_bytes(std::span(piece))));
      if (got == 0) return hasher.finish() == *wanted;
      hasher.update(as_bytes(piece).first(got));
    }
  }

  Hub& hub_;
  const Repo& repo_;
  std::shared_ptr<const git::Repository> repository_;
  Sha1 tree_;
  const PreuploadQuestion& question_;
  LfsSettings settings_;
  AttributeLookup attributes_;
  git::IgnoreRules ignore_;
  std::uint64_t hashed_ = 0;
};

}  // namespace

Result<std::vector<PreuploadAnswer>> preupload(Hub& hub, const Repo& repo,
                                               const PreuploadQuestion& question) {
  const auto commit = TRY(resolve_revision(hub, repo, question.revision)).commit;
  const auto repository = TRY(hub.repositories.get(repo.id));
  Answers answers(hub, repo, repository, TRY(repository->commit(commit))->tree, question);
  TRY(answers.read_ignore_rules());
  std::vector<PreuploadAnswer> result;
  result.reserve(question.files.size());
  for (const auto& file : question.files) result.push_back(TRY(answers.answer(file)));
  return result;
}

}  // namespace kohaku::hub
