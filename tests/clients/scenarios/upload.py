"""Upload: upload_file, upload_folder, create_commit with every operation, deletions, refusals."""
import hashlib
import io
import os

from huggingface_hub import (CommitOperationAdd, CommitOperationCopy, CommitOperationDelete)
from huggingface_hub.errors import (EntryNotFoundError, HfHubHTTPError, RepositoryNotFoundError,
                                    RevisionNotFoundError)

from scenario_runner import raises, scenario


def write_files(directory, contents):
    for path, content in contents.items():
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_bytes(content)
    return directory


def titles(hub, repo, **options):
    return [commit.title for commit in hub.nobody.list_repo_commits(repo, repo_type=hub.type, **options)]


@scenario(large=True)
def upload_file_of_every_kind(hub):
    repo = hub.repo()
    large = os.urandom(11_000_000)
    path = hub.directory / "local.txt"
    path.write_bytes(b"from a path")
    (hub.directory / "large.dat").write_bytes(large)
    upload = lambda source, name, **options: hub.alice.upload_file(  # noqa: E731
        path_or_fileobj=source, path_in_repo=name, repo_id=repo, repo_type=hub.type, **options)
    upload(b"from bytes", "bytes.txt")
    upload(str(path), "path.txt", commit_message="By path", commit_description="and described")
    upload(io.BytesIO(b"from a file object"), "folder/object.txt")
    upload(b"", "empty.txt")
    upload(b"", "empty.bin")
    upload(str(hub.directory / "large.dat"), "large.dat")
    info = upload(io.BytesIO(large[::-1]), "reversed.bin")
    assert info.commit_url == f"{hub.endpoint}/{hub.prefix}{repo}/commit/{info.oid}" and len(info.oid) == 40
    expected = {"bytes.txt": b"from bytes", "path.txt": b"from a path", "folder/object.txt": b"from a file object",
                "empty.txt": b"", "empty.bin": b"", "large.dat": large, "reversed.bin": large[::-1]}
    assert hub.files(repo) == set(expected)
    for name, content in expected.items():
        assert hub.read(repo, name) == content, name
    entries = {entry.path: entry for entry in hub.nobody.get_paths_info(repo, list(expected), repo_type=hub.type)}
    assert entries["large.dat"].lfs.sha256 == hashlib.sha256(large).hexdigest()
    assert entries["empty.bin"].lfs is None and entries["empty.bin"].size == 0
    # A large file no rule spoke of gets its line, so that git knows it too.
    assert "large.dat filter=lfs" in hub.read(repo, ".gitattributes").decode()
    assert "By path" in titles(hub, repo)


@scenario(large=True)
def upload_again_what_is_there(hub):
    repo = hub.repo()
    hub.commit(repo, {"a.txt": b"same", "b.bin": b"same, large"})
    before = hub.nobody.repo_info(repo, repo_type=hub.type).sha
    info = hub.commit(repo, {"a.txt": b"same", "b.bin": b"same, large"})
    assert info.oid == before == hub.nobody.repo_info(repo, repo_type=hub.type).sha


@scenario(large=True)
def upload_folder(hub):
    repo = hub.repo()
    contents = {"README.md": b"---\nlicense: mit\n---\n# Folder\n", "a.txt": b"a", "sub/b.txt": b"bb",
                "sub/deep/c.bin": b"large" * 100, "skip.log": b"no", "empty": b"", "ünï cödé.txt": b"u"}
    folder = write_files(hub.directory / "folder", contents)
    hub.alice.upload_folder(repo_id=repo, folder_path=folder, repo_type=hub.type, ignore_patterns=["*.log"],
                            commit_message="A folder")
    expected = {path: content for path, content in contents.items() if path != "skip.log"}
    assert hub.files(repo) == set(expected)
    for path, content in expected.items():
        assert hub.read(repo, path) == content, path
    assert titles(hub, repo)[0].startswith("A folder")

    (folder / "sub/b.txt").write_bytes(b"changed")
    hub.alice.upload_folder(repo_id=repo, folder_path=folder / "sub", path_in_repo="sub", repo_type=hub.type,
                            allow_patterns="*.txt", delete_patterns="deep/*")
    assert hub.files(repo) == set(expected) - {"sub/deep/c.bin"}
    assert hub.read(repo, "sub/b.txt") == b"changed"


@scenario()
def upload_folder_with_a_gitignore(hub):
    repo = hub.repo()
    folder = write_files(hub.directory / "ignoring", {".gitignore": b"*.tmp\nbuild/\n", "keep.txt": b"k", "x.tmp": b"t",
                                                      "build/out.txt": b"o", "sub/y.tmp": b"t"})
    hub.alice.upload_folder(repo_id=repo, folder_path=folder, repo_type=hub.type)
    assert hub.files(repo) == {".gitignore", "keep.txt"}


@scenario()
def upload_to_a_branch_and_at_a_parent(hub):
    repo = hub.repo({"a.txt": b"main"})
    hub.alice.create_branch(repo, branch="dev/x", repo_type=hub.type)
    parent = hub.nobody.repo_info(repo, repo_type=hub.type, revision="dev/x").sha
    hub.commit(repo, {"a.txt": b"dev"}, revision="dev/x", parent_commit=parent)
    assert hub.read(repo, "a.txt") == b"main" and hub.read(repo, "a.txt", revision="dev/x") == b"dev"
    error = raises(HfHubHTTPError, hub.commit, repo, {"a.txt": b"late"}, revision="dev/x", parent_commit=parent)
    assert error.response.status_code == 412, error
    assert "The branch was updated since you opened this page" in str(error), error
    raises(RevisionNotFoundError, hub.commit, repo, {"a.txt": b"x"}, revision="nothing")
    assert hub.read(repo, "a.txt", revision="dev/x") == b"dev"


@scenario(large=True)
def every_operation_in_one_commit(hub):
    repo = hub.repo({"old.txt": b"old", "large.bin": b"large", "folder/x.txt": b"x", "folder/y.bin": b"y",
                     "small.txt": b"small"})
    hub.alice.create_commit(repo, [
        CommitOperationAdd("new.txt", b"new"), CommitOperationAdd("new.bin", b"new, large"),
        CommitOperationDelete("old.txt"), CommitOperationDelete("folder/", is_folder=True),
        CommitOperationCopy("large.bin", "copied/large.bin"), CommitOperationCopy("small.txt", "copied/small.txt"),
    ], commit_message="Everything", repo_type=hub.type)
    assert hub.files(repo) == {"new.txt", "new.bin", "large.bin", "small.txt", "copied/large.bin", "copied/small.txt"}
    assert hub.read(repo, "copied/large.bin") == b"large" and hub.read(repo, "copied/small.txt") == b"small"
    assert hub.read(repo, "new.bin") == b"new, large"


@scenario(large=True)
def copy_from_an_older_revision(hub):
    repo = hub.repo()
    first = hub.commit(repo, {"large.bin": b"the first"}).oid
    hub.commit(repo, {"large.bin": b"the second"})
    hub.alice.create_commit(repo, [CommitOperationCopy("large.bin", "back.bin", src_revision=first)],
                            commit_message="Bring it back", repo_type=hub.type)
    assert hub.read(repo, "back.bin") == b"the first"
    raises(EntryNotFoundError, hub.alice.create_commit, repo, [CommitOperationCopy("nothing.bin", "x.bin")],
           commit_message="x", repo_type=hub.type)


@scenario()
def deletions(hub):
    repo = hub.repo({"a.txt": b"a", "b.log": b"b", "c.log": b"c", "folder/d.txt": b"d", "folder/deep/e.txt": b"e"})
    hub.alice.delete_file("a.txt", repo, repo_type=hub.type)
    hub.alice.delete_files(repo, ["*.log"], repo_type=hub.type)
    hub.alice.delete_folder("folder/deep", repo, repo_type=hub.type)
    assert hub.files(repo) == {"folder/d.txt"}
    hub.alice.delete_folder("folder", repo, repo_type=hub.type)
    assert hub.files(repo) == set()
    error = raises(HfHubHTTPError, hub.alice.delete_file, "a.txt", repo, repo_type=hub.type)
    assert isinstance(error, EntryNotFoundError), error
    assert "A file with this name doesn't exist" in str(error), error


@scenario(large=True)
def who_may_not_upload(hub):
    repo, private = hub.repo({"a.txt": b"a"}), hub.repo({"a.txt": b"a"}, private=True)
    for api in (hub.bob, hub.alice_reading):
        error = raises(HfHubHTTPError, hub.commit, repo, {"b.txt": b"b"}, api=api)
        assert error.response.status_code == 403, error
    raises(RepositoryNotFoundError, hub.commit, private, {"b.txt": b"b"}, api=hub.bob)
    raises(HfHubHTTPError, hub.bob.delete_file, "a.txt", repo, repo_type=hub.type)
    assert hub.files(repo) == {"a.txt"}


@scenario()
def paths_that_are_refused(hub):
    repo = hub.repo()
    for path in ("a/../../b.txt", "/../x.txt", "a\\..\\b.txt", "a//b.txt", ".git/config", "x" * 300 + ".txt", "a\0b"):
        raises((HfHubHTTPError, ValueError), hub.commit, repo, {path: b"x"})
    assert hub.files(repo) == set() and titles(hub, repo) == ["initial commit"]


@scenario()
def a_file_where_a_folder_is(hub):
    repo = hub.repo({"folder/a.txt": b"a", "file.txt": b"f"})
    raises(HfHubHTTPError, hub.commit, repo, {"file.txt/below.txt": b"x"})
    raises(HfHubHTTPError, hub.commit, repo, {"new.txt": b"x", "new.txt/below.txt": b"y"})
    assert hub.files(repo) == {"folder/a.txt", "file.txt"}


@scenario(large=True)
def the_same_large_file_in_two_repositories(hub):
    content = os.urandom(10_500_000)
    one, two = hub.repo({"x.bin": content}), hub.repo()
    hub.commit(two, {"y.bin": content})
    hub.alice.delete_repo(one, repo_type=hub.type)
    assert hub.read(two, "y.bin") == content


@scenario(types=("model",))
def a_card_that_is_no_card(hub):
    from huggingface_hub import RepoCard
    repo = hub.repo()
    error = raises((ValueError, HfHubHTTPError), hub.commit, repo, {"README.md": b"---\nmodel-index: foo\n---\n"})
    assert "model-index" in str(error), error
    card = RepoCard("---\nlicense: mit\n---\n# A card\n")
    if hub.version >= (2, 2):
        card.push_to_hub(repo, token=hub.tokens["alice"])
        assert RepoCard.load(repo, token=False).data.license == "mit"


@scenario(large=True)
def preupload_then_commit(hub):
    repo = hub.repo()
    content = os.urandom(12_000_000)
    addition = CommitOperationAdd("large.bin", content)
    hub.alice.preupload_lfs_files(repo, [addition], repo_type=hub.type)
    assert hub.files(repo) == set()
    hub.alice.create_commit(repo, [addition], commit_message="After the upload", repo_type=hub.type)
    assert hub.read(repo, "large.bin") == content


@scenario(types=("model",), before=(2,), large=True)
def upload_large_folder(hub):
    repo = hub.name()
    contents = {f"part-{number}/file-{number}.{kind}": os.urandom(1000)
                for number in range(20) for kind in ("txt", "bin")}
    folder = write_files(hub.directory / "large-folder", contents)
    hub.alice.upload_large_folder(repo_id=repo, folder_path=folder, repo_type=hub.type, print_report=False)
    assert hub.files(repo) == set(contents)
    for path in list(contents)[::7]:
        assert hub.read(repo, path) == contents[path]


@scenario(types=("model",))
def a_thousand_files_in_one_commit(hub):
    contents = {f"d{number % 10}/file-{number:04}.txt": b"content %d" % number for number in range(1000)}
    repo = hub.repo()
    hub.commit(repo, contents)
    assert hub.files(repo) == set(contents)
    assert len(titles(hub, repo)) == 2
    local = hub.nobody.snapshot_download(repo, repo_type=hub.type, cache_dir=hub.directory / "cache",
                                         allow_patterns="d3/*")
    for path in (path for path in contents if path.startswith("d3/")):
        assert open(os.path.join(local, path), "rb").read() == contents[path]


@scenario(types=("dataset",))
def small_files_of_many_bytes_in_one_commit(hub):
    contents = {f"{number}.txt": bytes([65 + number]) * 9_000_000 for number in range(12)}
    repo = hub.repo()
    hub.commit(repo, contents)
    for path in ("0.txt", "11.txt"):
        assert hub.read(repo, path) == contents[path]
    assert all(entry.lfs is None for entry in hub.nobody.get_paths_info(repo, list(contents), repo_type=hub.type))


@scenario(types=("model",))
def upload_in_the_background(hub):
    repo = hub.repo()
    futures = [hub.alice.upload_file(path_or_fileobj=b"x%d" % number, path_in_repo=f"{number}.txt", repo_id=repo,
                                     run_as_future=True) for number in range(5)]
    for future in futures:
        future.result(60)
    assert hub.files(repo) == {f"{number}.txt" for number in range(5)}


@scenario(since=(2,))
def copy_files_between_repositories(hub):
    one, two = hub.repo({"a.txt": b"small", "folder/b.txt": b"small too"}), hub.repo()
    source = f"hf://{hub.prefix}{one}/a.txt"
    hub.alice.copy_files(source, f"hf://{hub.prefix}{two}/copied.txt")
    assert hub.read(two, "copied.txt") == b"small"
