"""Download: hf_hub_download, snapshot_download, caches, revisions, refusals."""
import hashlib
import os
from pathlib import Path

from huggingface_hub import snapshot_download
from huggingface_hub.errors import (EntryNotFoundError, GatedRepoError, LocalEntryNotFoundError,
                                    RepositoryNotFoundError, RevisionNotFoundError)

from scenario_runner import raises, scenario


@scenario(large=True)
def one_file_into_the_cache(hub):
    repo = hub.repo()
    commit = hub.commit(repo, {"folder/a.txt": b"hello", "b.bin": b"large"}).oid
    cache = hub.directory / "cache"
    path = Path(hub.nobody.hf_hub_download(repo, "folder/a.txt", repo_type=hub.type, cache_dir=cache))
    large = Path(hub.nobody.hf_hub_download(repo, "b.bin", repo_type=hub.type, cache_dir=cache))
    assert path.read_bytes() == b"hello" and large.read_bytes() == b"large"
    folder = cache / f"{hub.plural}--{repo.replace('/', '--')}"
    assert (folder / "refs/main").read_text() == commit
    assert path == folder / "snapshots" / commit / "folder/a.txt"
    # Blobs are named by git's id, large ones by their SHA-256; what came by Xet may lie elsewhere behind that name.
    assert os.path.basename(os.readlink(path)) == hashlib.sha1(b"blob 5\0hello").hexdigest()
    assert os.path.basename(os.readlink(large)) == hashlib.sha256(b"large").hexdigest()
    again = hub.nobody.hf_hub_download(repo, "b.bin", repo_type=hub.type, cache_dir=cache, local_files_only=True)
    assert Path(again) == large


@scenario(large=True)
def large_and_empty_files(hub):
    content = {"large.bin": os.urandom(11_000_000), "empty.txt": b"", "text.txt": b"t" * 200_000}
    repo = hub.repo(content)
    for path, expected in content.items():
        assert hub.read(repo, path) == expected, path


@scenario()
def at_revisions(hub):
    repo = hub.repo()
    first = hub.commit(repo, {"a.txt": b"1"}).oid
    hub.commit(repo, {"a.txt": b"2"})
    hub.alice.create_tag(repo, tag="v1.0", revision=first, repo_type=hub.type)
    hub.alice.create_branch(repo, branch="feat/x", revision=first, repo_type=hub.type)
    for revision in (first, first[:8], "v1.0", "feat/x", "refs/tags/v1.0"):
        assert hub.read(repo, "a.txt", revision=revision) == b"1", revision
    assert hub.read(repo, "a.txt", revision="main") == b"2"


@scenario()
def what_is_not_there(hub):
    repo = hub.repo({"a.txt": b"a"})
    cache = hub.directory / "cache"
    raises(EntryNotFoundError, hub.alice.hf_hub_download, repo, "nothing.txt", repo_type=hub.type, cache_dir=cache)
    # The absence is remembered, since the answer names the commit.
    sha = hub.alice.repo_info(repo, repo_type=hub.type).sha
    assert (cache / f"{hub.plural}--{repo.replace('/', '--')}/.no_exist/{sha}/nothing.txt").exists()
    raises(RevisionNotFoundError, hub.read, repo, "a.txt", revision="nothing")
    raises(RevisionNotFoundError, hub.read, repo, "a.txt", revision="0" * 40)
    raises(RepositoryNotFoundError, hub.read, repo + "-none", "a.txt")
    raises((RepositoryNotFoundError, LocalEntryNotFoundError), hub.read, repo + "-none", "a.txt", api=hub.nobody)


@scenario(large=True)
def behind_a_gate(hub):
    repo = hub.repo({"a.txt": b"a", "b.bin": b"b"})
    hub.alice.update_repo_settings(repo, gated="auto", repo_type=hub.type)
    for api in (hub.bob, hub.nobody):
        for path in ("a.txt", "b.bin"):
            error = raises(GatedRepoError, hub.read, repo, path, api=api)
            assert f"Access to {hub.type} {repo} is restricted" in str(error), error
    assert hub.bob.repo_exists(repo, repo_type=hub.type)
    assert hub.read(repo, "b.bin", api=hub.alice_reading) == b"b"


@scenario(large=True)
def a_snapshot(hub):
    content = {"README.md": b"# x", "a.txt": b"a", "sub/b.bin": b"b" * 1000, "sub/deep/c c.txt": b"c", "empty": b""}
    repo = hub.repo(content)
    local = Path(hub.nobody.snapshot_download(repo, repo_type=hub.type, cache_dir=hub.directory / "cache"))
    found = {path.relative_to(local).as_posix(): path.read_bytes() for path in local.rglob("*") if path.is_file()}
    found.pop(".gitattributes")
    assert found == content
    some = Path(snapshot_download(repo, repo_type=hub.type, cache_dir=hub.directory / "cache-2", token=False,
                                  allow_patterns=["sub/*"], ignore_patterns=["*.bin"]))
    assert [path.relative_to(some).as_posix() for path in some.rglob("*") if path.is_file()] == ["sub/deep/c c.txt"]
    offline = hub.nobody.snapshot_download(repo, repo_type=hub.type, cache_dir=hub.directory / "cache",
                                           local_files_only=True)
    assert Path(offline) == local


@scenario()
def a_snapshot_at_a_revision(hub):
    repo = hub.repo()
    first = hub.commit(repo, {"a.txt": b"1", "gone.txt": b"g"}).oid
    hub.alice.delete_file("gone.txt", repo, repo_type=hub.type)
    hub.alice.create_tag(repo, tag="v1", revision=first, repo_type=hub.type)
    local = Path(hub.nobody.snapshot_download(repo, repo_type=hub.type, revision="v1", cache_dir=hub.directory / "c"))
    assert local.name == first and (local / "gone.txt").read_bytes() == b"g"
    raises(RevisionNotFoundError, hub.nobody.snapshot_download, repo, repo_type=hub.type, revision="nothing",
           cache_dir=hub.directory / "d")
    raises(RepositoryNotFoundError, hub.alice.snapshot_download, repo + "-none", repo_type=hub.type,
           cache_dir=hub.directory / "e")


@scenario(large=True)
def into_a_local_folder(hub):
    repo = hub.repo({"a.txt": b"1", "sub/b.bin": b"b"})
    local = hub.directory / "local"
    for _ in range(2):
        hub.nobody.snapshot_download(repo, repo_type=hub.type, local_dir=local)
        assert (local / "a.txt").read_bytes() == b"1" and (local / "sub/b.bin").read_bytes() == b"b"
    hub.commit(repo, {"a.txt": b"22", "sub/b.bin": b"bb"})
    hub.nobody.snapshot_download(repo, repo_type=hub.type, local_dir=local)
    assert (local / "a.txt").read_bytes() == b"22" and (local / "sub/b.bin").read_bytes() == b"bb"


@scenario(since=(2,))
def resolving_a_revision(hub):
    repo = hub.repo()
    first = hub.commit(repo, {"a.txt": b"1"}).oid
    hub.alice.create_tag(repo, tag="v1", repo_type=hub.type)
    found = hub.nobody.resolve_revision(repo, repo_type=hub.type, revision="v1", cache_dir=hub.directory / "c")
    assert found == "v1" and found.resolved == first, repr(found)
