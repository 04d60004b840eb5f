"""Repositories: create, delete, move, settings, info, exists, list, references, commits, branches, tags."""
import huggingface_hub
from huggingface_hub.errors import (BadRequestError, GatedRepoError, HfHubHTTPError, RepositoryNotFoundError,
                                    RevisionNotFoundError)

from scenario_runner import raises, scenario


def lister(hub):
    return {"model": hub.alice.list_models, "dataset": hub.alice.list_datasets,
            "space": hub.alice.list_spaces}[hub.type]


@scenario()
def create_and_delete(hub):
    repo = hub.repo()
    assert hub.alice.repo_exists(repo, repo_type=hub.type)
    assert hub.create(repo, exist_ok=True) == repo
    error = raises(HfHubHTTPError, hub.create, repo)
    assert error.response.status_code == 409, error
    hub.alice.delete_repo(repo, repo_type=hub.type)
    assert not hub.alice.repo_exists(repo, repo_type=hub.type)
    raises(RepositoryNotFoundError, hub.alice.delete_repo, repo, repo_type=hub.type)
    hub.alice.delete_repo(repo, repo_type=hub.type, missing_ok=True)


@scenario()
def create_starts_with_an_initial_commit(hub):
    repo = hub.repo()
    commits = hub.alice.list_repo_commits(repo, repo_type=hub.type)
    assert [commit.title for commit in commits] == ["initial commit"]
    attributes = hub.read(repo, ".gitattributes").decode()
    for pattern in ("*.bin", "*.safetensors", "*.parquet", "*.arrow", "*.zip", "*.pt", "*.gguf"):
        assert f"{pattern} filter=lfs diff=lfs merge=lfs -text" in attributes, attributes


@scenario()
def create_in_an_organization(hub):
    repo = "lab/" + hub.name().split("/")[1]
    hub.create(repo)
    assert hub.nobody.repo_info(repo, repo_type=hub.type).author == "lab"
    raises(HfHubHTTPError, hub.create, repo + "-2", api=hub.bob)
    hub.alice.delete_repo(repo, repo_type=hub.type)


@scenario()
def create_in_anothers_namespace(hub):
    error = raises(HfHubHTTPError, hub.create, "bob/" + hub.case)
    assert error.response.status_code == 403, error


@scenario()
def create_with_a_read_token(hub):
    error = raises(HfHubHTTPError, hub.create, hub.name(), api=hub.alice_reading)
    assert error.response.status_code == 403, error


@scenario(since=(1,))
def exist_ok_for_a_readable_repository_of_another(hub):
    repo = hub.repo()
    assert hub.create(repo, api=hub.bob, exist_ok=True) == repo


@scenario()
def private_repository(hub):
    repo = hub.repo({"a.txt": b"secret"}, private=True)
    assert hub.alice.repo_info(repo, repo_type=hub.type).private is True
    for other in (hub.bob, hub.nobody):
        assert not other.repo_exists(repo, repo_type=hub.type)
        raises(RepositoryNotFoundError, other.repo_info, repo, repo_type=hub.type)
        raises(RepositoryNotFoundError, other.list_repo_files, repo, repo_type=hub.type)
        raises(RepositoryNotFoundError, other.list_repo_refs, repo, repo_type=hub.type)
        raises(RepositoryNotFoundError, other.list_repo_commits, repo, repo_type=hub.type)
        raises(RepositoryNotFoundError, other.get_paths_info, repo, ["a.txt"], repo_type=hub.type)
        raises(RepositoryNotFoundError, hub.commit, repo, {"b.txt": b"x"}, api=other)
        raises(RepositoryNotFoundError, other.create_branch, repo, branch="x", repo_type=hub.type)
    raises(RepositoryNotFoundError, hub.bob.delete_repo, repo, repo_type=hub.type)
    assert hub.read(repo, "a.txt", api=hub.alice_reading) == b"secret"


@scenario()
def visibility_and_gate(hub):
    repo = hub.repo({"a.txt": b"content"})
    hub.alice.update_repo_settings(repo, private=True, repo_type=hub.type)
    assert hub.alice.repo_info(repo, repo_type=hub.type).private is True
    hub.alice.update_repo_settings(repo, private=False, repo_type=hub.type)
    assert hub.nobody.repo_info(repo, repo_type=hub.type).private is False
    for gate in ("auto", "manual"):
        hub.alice.update_repo_settings(repo, gated=gate, repo_type=hub.type)
        if hub.type != "space":  # the client's SpaceInfo shows it too, if the server sends it
            assert hub.nobody.repo_info(repo, repo_type=hub.type).gated == gate
        raises(GatedRepoError, hub.read, repo, "a.txt", api=hub.bob)
        raises(GatedRepoError, hub.read, repo, "a.txt", api=hub.nobody)
        assert hub.read(repo, "a.txt") == b"content"
    hub.alice.update_repo_settings(repo, gated=False, repo_type=hub.type)
    assert hub.read(repo, "a.txt", api=hub.nobody) == b"content"
    error = raises(HfHubHTTPError, hub.bob.update_repo_settings, repo, private=True, repo_type=hub.type)
    assert error.response.status_code == 403, error


@scenario()
def visibility_by_word(hub):
    if hub.version < (1, 5):
        return hub.alice.update_repo_settings(hub.repo(), private=True, repo_type=hub.type)
    repo = hub.repo(visibility="private")
    assert hub.alice.repo_info(repo, repo_type=hub.type).private is True
    hub.alice.update_repo_settings(repo, visibility="public", repo_type=hub.type)
    assert hub.nobody.repo_info(repo, repo_type=hub.type).private is False


@scenario()
def move(hub):
    old = hub.repo({"a.txt": b"first"})
    hub.alice.create_tag(old, tag="v1", repo_type=hub.type)
    new = "lab/" + hub.name().split("/")[1]
    hub.alice.move_repo(old, new, repo_type=hub.type)
    for name in (old, new):
        assert hub.nobody.repo_info(name, repo_type=hub.type).id == new
        assert hub.files(name) == {"a.txt"}
        assert hub.read(name, "a.txt") == b"first"
        assert hub.read(name, "a.txt", revision="v1") == b"first"
        assert hub.alice.file_exists(name, "a.txt", repo_type=hub.type)
        assert hub.alice.repo_exists(name, repo_type=hub.type)
    hub.commit(old, {"b.txt": b"by the old name"})
    assert hub.read(new, "b.txt") == b"by the old name"
    taken = hub.create(old)
    assert hub.nobody.repo_info(taken, repo_type=hub.type).id == old
    error = raises(HfHubHTTPError, hub.alice.move_repo, new, old, repo_type=hub.type)
    assert f"A {hub.type} repository called {old} already exists" in str(error), error
    raises(RepositoryNotFoundError, hub.alice.move_repo, "alice/never-was", hub.name(), repo_type=hub.type)
    raises(HfHubHTTPError, hub.bob.move_repo, new, "bob/mine-" + hub.case, repo_type=hub.type)


@scenario()
def ids_in_other_capitals(hub):
    repo = hub.repo({"a.txt": b"a"})
    shouted = "ALICE/" + repo.split("/")[1].upper()
    assert hub.alice.repo_info(shouted, repo_type=hub.type).id == repo
    hub.commit(shouted, {"b.txt": b"b"})
    assert hub.read(repo, "b.txt") == b"b"


@scenario()
def info(hub):
    repo = hub.repo()
    commit = hub.commit(repo, {"README.md": b"---\nlicense: mit\ntags:\n- a-tag\n---\n# Title\n",
                               "small.txt": b"12345", "large.bin": b"\0" * 100})
    found = hub.nobody.repo_info(repo, repo_type=hub.type)
    assert (found.id, found.author, found.sha) == (repo, "alice", commit.oid)
    assert found.private is False and found.disabled in (False, None)
    assert found.created_at and found.last_modified and found.likes == 0
    assert {"a-tag", "license:mit"} <= set(found.tags)
    card = found.card_data.to_dict()
    assert card["license"] == "mit" and card["tags"] == ["a-tag"]
    paths = {sibling.rfilename for sibling in found.siblings}
    assert paths == {".gitattributes", "README.md", "small.txt", "large.bin"}

    detailed = hub.nobody.repo_info(repo, repo_type=hub.type, files_metadata=True, revision="main")
    by_path = {sibling.rfilename: sibling for sibling in detailed.siblings}
    assert by_path["small.txt"].size == 5 and by_path["small.txt"].lfs is None
    assert by_path["small.txt"].blob_id == "bd41cba781d8349272bf3eb92568285b411c027c"
    large = by_path["large.bin"]
    assert large.size == 100 and large.lfs.size == 100
    assert large.lfs.sha256 == "cd00e292c5970d3c5e2f0ffa5171e555bc46bfc4faddfb4a418b6840b86e79a3"


@scenario()
def info_with_expand(hub):
    repo = hub.repo({"a.bin": b"x" * 50})
    found = hub.nobody.repo_info(repo, repo_type=hub.type, expand=["sha", "createdAt"])
    assert found.sha and found.created_at and not found.siblings and found.author is None
    used = hub.alice.repo_info(repo, repo_type=hub.type, expand=["usedStorage"])
    assert getattr(used, "used_storage", None) or getattr(used, "usedStorage", None), used
    error = raises((BadRequestError, ValueError), hub.nobody.repo_info, repo, repo_type=hub.type, expand=["colour"])
    assert "400" in str(error) or "colour" in str(error)


@scenario()
def info_at_revisions(hub):
    repo = hub.repo()
    first = hub.commit(repo, {"a.txt": b"a"}).oid
    second = hub.commit(repo, {"b.txt": b"b"}).oid
    hub.alice.create_tag(repo, tag="v1", revision=first, repo_type=hub.type)
    hub.alice.create_branch(repo, branch="feat/x", revision=first, repo_type=hub.type)
    for revision, sha in (("main", second), ("v1", first), (first, first), (first[:7], first),
                          ("feat/x", first), ("refs/heads/main", second), ("refs/tags/v1", first)):
        found = hub.nobody.repo_info(repo, repo_type=hub.type, revision=revision)
        assert found.sha == sha, (revision, found.sha, sha)
    raises(RevisionNotFoundError, hub.nobody.repo_info, repo, repo_type=hub.type, revision="nothing")


@scenario()
def exists(hub):
    repo = hub.repo({"folder/a file.txt": b"a"})
    assert hub.nobody.repo_exists(repo, repo_type=hub.type)
    assert not hub.nobody.repo_exists(repo + "-none", repo_type=hub.type)
    assert hub.nobody.revision_exists(repo, "main", repo_type=hub.type)
    assert not hub.nobody.revision_exists(repo, "nothing", repo_type=hub.type)
    assert not hub.nobody.revision_exists(repo + "-none", "main", repo_type=hub.type)
    assert hub.nobody.file_exists(repo, "folder/a file.txt", repo_type=hub.type)
    for path, revision in (("folder", None), ("nothing", None), ("folder/a file.txt", "nothing")):
        assert not hub.nobody.file_exists(repo, path, repo_type=hub.type, revision=revision)
    assert not hub.nobody.file_exists(repo + "-none", "a", repo_type=hub.type)


@scenario()
def listing(hub):
    listed, one, two = lister(hub), hub.repo(), hub.repo(private=True)
    search = hub.case
    hub.commit(one, {"README.md": b"---\nlicense: mit\ntags:\n- listed-tag\n---\n"})
    assert {item.id for item in listed(author="alice", search=search)} == {one, two}
    assert {item.id for item in listed(author="alice", search=search, token=hub.tokens["bob"])} == {one}
    assert {item.id for item in listed(author="alice", search=search, token=False)} == {one}
    assert [item.id for item in listed(author="bob", search=search)] == []
    assert [item.id for item in listed(filter="listed-tag", search=search)] == [one]
    assert [item.id for item in listed(filter=["listed-tag", "license:mit"], search=search)] == [one]
    assert [item.id for item in listed(filter=["listed-tag", "no-such"], search=search)] == []
    assert [item.id for item in listed(search=search, author="alice", limit=1, sort="createdAt")] == [two]
    assert [item.id for item in listed(search=search, author="alice", sort="lastModified")] == [one, two]
    for order in ("likes", "trendingScore" if hub.version >= (1,) else "trending_score", "downloads"):
        if order != "downloads" or hub.type != "space":
            assert {item.id for item in listed(search=search, author="alice", sort=order)} == {one, two}
    full = list(listed(search=search, author="alice", full=True))
    assert all(item.sha and item.last_modified for item in full)
    assert ".gitattributes" in {sibling.rfilename for sibling in full[0].siblings}
    expanded = list(listed(search=search, author="alice", expand=["private"]))
    assert {item.id: item.private for item in expanded} == {one: False, two: True}


@scenario()
def listing_over_pages(hub):
    made = [hub.repo() for _ in range(5)]
    import huggingface_hub.utils._pagination as pagination
    url = f"{hub.endpoint}/api/{hub.plural}"
    pages = list(pagination.paginate(url, params={"author": "alice", "search": hub.case, "limit": 2,
                                                  "sort": "createdAt"}, headers={}))
    assert [item["id"] for item in pages] == made[::-1]


@scenario(types=("model",))
def listing_models_with_filters(hub):
    repo = hub.repo()
    card = (b"---\npipeline_tag: text-generation\nlibrary_name: transformers\nlanguage: en\n"
            b"datasets:\n- alice/some-data\n---\n")
    hub.commit(repo, {"README.md": card, "config.json": b'{"model_type": "bert"}'})
    listed = hub.nobody.list_models
    assert [item.id for item in listed(pipeline_tag="text-generation", search=hub.case)] == [repo]
    assert [item.id for item in listed(pipeline_tag="fill-mask", search=hub.case)] == []
    assert [item.id for item in listed(filter="transformers", search=hub.case)] == [repo]
    assert [item.id for item in listed(trained_dataset="alice/some-data", search=hub.case)] == [repo]
    assert [item.id for item in listed(gated=True, search=hub.case)] == []
    found = next(iter(listed(search=hub.case, cardData=True, fetch_config=True)))
    assert found.pipeline_tag == "text-generation" and found.library_name == "transformers"
    assert found.card_data["datasets"] == ["alice/some-data"]
    info = hub.nobody.model_info(repo)
    assert info.pipeline_tag == "text-generation" and info.library_name == "transformers"
    assert info.config["model_type"] == "bert"


@scenario()
def references(hub):
    repo = hub.repo()
    first = hub.commit(repo, {"a.txt": b"a"}).oid
    hub.alice.create_branch(repo, branch="dev", repo_type=hub.type)
    hub.alice.create_branch(repo, branch="with/slash", revision=first, repo_type=hub.type)
    hub.alice.create_tag(repo, tag="dev", tag_message="same name", repo_type=hub.type)
    refs = hub.nobody.list_repo_refs(repo, repo_type=hub.type)
    assert {(ref.name, ref.ref, ref.target_commit) for ref in refs.branches} == {
        ("main", "refs/heads/main", first), ("dev", "refs/heads/dev", first),
        ("with/slash", "refs/heads/with/slash", first)}
    assert [(ref.name, ref.ref, ref.target_commit) for ref in refs.tags] == [("dev", "refs/tags/dev", first)]
    assert refs.converts == [] and refs.pull_requests is None
    assert hub.nobody.list_repo_refs(repo, repo_type=hub.type, include_pull_requests=True).pull_requests == []


@scenario()
def commits(hub):
    repo = hub.repo()
    made = [hub.commit(repo, {f"{number}.txt": b"x"}, message=f"Commit {number}",
                       commit_description="described").oid for number in range(3)]
    found = hub.nobody.list_repo_commits(repo, repo_type=hub.type, formatted=True)
    assert [commit.commit_id for commit in found][:3] == made[::-1] and len(found) == 4
    assert found[0].title == "Commit 2" and "described" in found[0].message
    assert found[0].authors == ["alice"] and found[0].created_at.tzinfo is not None
    assert found[0].formatted_title == "Commit 2"
    older = hub.nobody.list_repo_commits(repo, repo_type=hub.type, revision=made[0])
    assert [commit.commit_id for commit in older] == [made[0], found[3].commit_id]
    raises(RevisionNotFoundError, hub.nobody.list_repo_commits, repo, repo_type=hub.type, revision="nothing")


@scenario(types=("model",))
def commits_over_pages(hub):
    repo = hub.repo()
    for number in range(120):
        hub.commit(repo, {"a.txt": str(number).encode()}, message=f"Commit {number}")
    found = hub.nobody.list_repo_commits(repo, repo_type=hub.type)
    assert [commit.title for commit in found] == [f"Commit {number}" for number in range(119, -1, -1)] + ["initial commit"]


@scenario()
def branches(hub):
    repo = hub.repo()
    first = hub.commit(repo, {"a.txt": b"1"}).oid
    hub.alice.create_branch(repo, branch="dev", repo_type=hub.type)
    hub.commit(repo, {"a.txt": b"2"}, revision="dev")
    assert hub.read(repo, "a.txt", revision="dev") == b"2" and hub.read(repo, "a.txt") == b"1"
    error = raises(HfHubHTTPError, hub.alice.create_branch, repo, branch="dev", repo_type=hub.type)
    assert error.response.status_code == 409 and "refs/heads/dev already exists" in str(error)
    hub.alice.create_branch(repo, branch="dev", repo_type=hub.type, exist_ok=True)
    hub.alice.create_branch(repo, branch="feat/deep/x", revision=first, repo_type=hub.type)
    hub.commit(repo, {"b.txt": b"3"}, revision="feat/deep/x")
    assert hub.read(repo, "b.txt", revision="feat/deep/x") == b"3"
    raises(RevisionNotFoundError, hub.alice.create_branch, repo, branch="x", revision="nothing", repo_type=hub.type)
    error = raises(HfHubHTTPError, hub.alice.delete_branch, repo, branch="main", repo_type=hub.type)
    assert "Cannot delete refs/heads/main" in str(error)
    hub.alice.delete_branch(repo, branch="feat/deep/x", repo_type=hub.type)
    hub.alice.delete_branch(repo, branch="dev", repo_type=hub.type)
    error = raises(HfHubHTTPError, hub.alice.delete_branch, repo, branch="dev", repo_type=hub.type)
    assert "Invalid rev id" in str(error)
    assert not hub.alice.revision_exists(repo, "dev", repo_type=hub.type)
    error = raises(HfHubHTTPError, hub.bob.create_branch, repo, branch="mine", repo_type=hub.type)
    assert error.response.status_code == 403


@scenario()
def tags(hub):
    repo = hub.repo()
    first = hub.commit(repo, {"a.txt": b"1"}).oid
    hub.commit(repo, {"a.txt": b"2"})
    hub.alice.create_tag(repo, tag="by-full-id", revision=first, repo_type=hub.type)
    hub.alice.create_tag(repo, tag="by-short-id", revision=first[:7], repo_type=hub.type)
    hub.alice.create_tag(repo, tag="tip", tag_message="The tip", repo_type=hub.type)
    assert hub.read(repo, "a.txt", revision="by-full-id") == hub.read(repo, "a.txt", revision="by-short-id") == b"1"
    assert hub.read(repo, "a.txt", revision="tip") == b"2"
    error = raises(HfHubHTTPError, hub.alice.create_tag, repo, tag="tip", repo_type=hub.type)
    assert error.response.status_code == 409
    hub.alice.create_tag(repo, tag="tip", repo_type=hub.type, exist_ok=True)
    raises(RevisionNotFoundError, hub.alice.create_tag, repo, tag="x", revision="nothing", repo_type=hub.type)
    raises(HfHubHTTPError, hub.alice.create_tag, repo, tag="a..b", repo_type=hub.type)
    hub.alice.delete_tag(repo, tag="tip", repo_type=hub.type)
    raises(RevisionNotFoundError, hub.alice.delete_tag, repo, tag="tip", repo_type=hub.type)
    raises(RevisionNotFoundError, hub.read, repo, "a.txt", revision="tip")


@scenario(types=("model",))
def what_comes_later_says_so(hub):
    repo = hub.repo()
    calls = [lambda: hub.alice.create_pull_request(repo, title="x"),
             lambda: hub.alice.create_discussion(repo, title="x"),
             lambda: hub.commit(repo, {"a.txt": b"x"}, create_pr=True),
             lambda: hub.alice.create_collection("x", namespace="alice"),
             lambda: hub.alice.list_webhooks(),
             lambda: list(hub.alice.list_collections(owner="alice"))]
    for call in calls:
        error = raises(HfHubHTTPError, call)
        assert error.response.status_code == 501, error
        assert error.response.headers["X-Error-Code"] == "NotImplemented"
    assert list(hub.alice.get_repo_discussions(repo)) == []


@scenario(types=("model",))
def repository_url_object(hub):
    url = hub.alice.create_repo(hub.name())
    assert isinstance(url, huggingface_hub.RepoUrl)
    assert url.namespace == "alice" and url.repo_type == "model"


@scenario()
def squash_the_history(hub):
    repo = hub.repo()
    for number in range(3):
        hub.commit(repo, {"a.txt": str(number).encode(), f"{number}.bin": b"x%d" % number})
    hub.alice.create_branch(repo, branch="other/branch", repo_type=hub.type)
    hub.alice.super_squash_history(repo, branch="other/branch", commit_message="Squashed", repo_type=hub.type)
    found = hub.nobody.list_repo_commits(repo, repo_type=hub.type, revision="other/branch")
    assert [commit.title for commit in found] == ["Squashed"]
    assert len(hub.nobody.list_repo_commits(repo, repo_type=hub.type)) == 4
    assert hub.files(repo, revision="other/branch") == {"a.txt", "0.bin", "1.bin", "2.bin"}
    assert hub.read(repo, "1.bin", revision="other/branch") == b"x1"
    error = raises(HfHubHTTPError, hub.bob.super_squash_history, repo, repo_type=hub.type)
    assert error.response.status_code == 403


@scenario()
def large_files_of_a_repository(hub):
    repo = hub.repo({"a.bin": b"aaa", "folder/b.bin": b"bb", "c.txt": b"c"})
    found = {file.filename: file for file in hub.alice.list_lfs_files(repo, repo_type=hub.type)}
    assert set(found) == {"a.bin", "folder/b.bin"}
    assert found["a.bin"].size == 3 and found["a.bin"].pushed_at is not None


@scenario(since=(1,))
def duplicate(hub):
    repo = hub.repo({"a.txt": b"a", "b.bin": b"large"})
    target = "bob/" + hub.name().split("/")[1]
    url = hub.bob.duplicate_repo(repo, target, repo_type=hub.type)
    assert str(url) == f"{hub.endpoint}/{hub.prefix}{target}", url
    assert hub.read(target, "a.txt") == b"a" and hub.read(target, "b.bin") == b"large"
    raises(HfHubHTTPError, hub.bob.duplicate_repo, repo, target, repo_type=hub.type)
    hub.bob.duplicate_repo(repo, target, repo_type=hub.type, exist_ok=True)
    raises(RepositoryNotFoundError, hub.bob.duplicate_repo, repo + "-none", target + "-2", repo_type=hub.type)
    hub.bob.duplicate_repo(repo, target + "-private", private=True, repo_type=hub.type)
    assert not hub.alice.repo_exists(target + "-private", repo_type=hub.type)


@scenario(types=("model",), since=(2,))
def storage_of_ones_repositories(hub):
    repo = hub.repo({"a.bin": b"x" * 1000})
    found = {item.id: item for item in hub.alice.list_user_repos()}
    assert found[repo].storage >= 1000 and found[repo].visibility == "public"


@scenario(types=("model",))
def tags_by_type(hub):
    hub.repo({"README.md": b"---\nlicense: mit\n---\n"})
    tags = hub.nobody.get_model_tags()
    assert "license:mit" in [tag["id"] for tag in tags["license"]], tags
    assert isinstance(hub.nobody.get_dataset_tags(), dict)


@scenario()
def names_without_a_namespace(hub):
    raises(RepositoryNotFoundError, hub.read, "gpt2-that-is-not-here", "config.json")
    raises(RepositoryNotFoundError, hub.alice.list_repo_files, "gpt2-that-is-not-here", repo_type=hub.type)
    if hub.version < (1,):
        raises(RepositoryNotFoundError, hub.alice.repo_info, "gpt2-that-is-not-here", repo_type=hub.type)
