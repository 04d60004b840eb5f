"""Files: tree, paths-info, metadata, safetensors headers, checksums, HfFileSystem."""
import hashlib
import json
import struct

import huggingface_hub
from huggingface_hub import HfFileSystem
from huggingface_hub.errors import (EntryNotFoundError, RepositoryNotFoundError, RevisionNotFoundError)

from scenario_runner import raises, scenario

NAMES = ["with space.txt", "hash#mark.txt", "per%cent.txt", "per%20cent.txt", "question?.txt", "plus+plus.txt",
         "and&equals=.txt", "comma,semi;colon:.txt", "quote'\"quote.txt", "ünïcödé-Ω.txt", "日本語/ファイル.txt",
         "emoji-🤗.txt", "[brackets]{braces}(round).txt", "at@tilde~caret^dollar$.txt", "star*.txt", "a/b/c/d/e/f/g/h/i/j.txt",
         "-leading-dash.txt", ".hidden", "trailing.", "double..dots.txt", "e\u0301-composed.txt", "pipe|less<more>.txt"]


def blob_id(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def tree(hub, repo, *arguments, **options):
    return {entry.path: entry for entry in
            hub.nobody.list_repo_tree(repo, *arguments, repo_type=hub.type, **options)}


@scenario(large=True)
def tree_of_a_repository(hub):
    repo = hub.repo()
    first = hub.commit(repo, {"a.txt": b"a", "folder/b.txt": b"bb", "folder/deep/c.bin": b"c" * 64}, "First").oid
    second = hub.commit(repo, {"a.txt": b"aa"}, "Second").oid
    root = tree(hub, repo)
    assert set(root) == {".gitattributes", "a.txt", "folder"}
    assert root["a.txt"].size == 2 and root["a.txt"].blob_id == blob_id(b"aa") and root["a.txt"].lfs is None
    assert type(root["folder"]).__name__ == "RepoFolder" and len(root["folder"].tree_id) == 40
    everything = tree(hub, repo, recursive=True, expand=True)
    assert set(everything) == {".gitattributes", "a.txt", "folder", "folder/b.txt", "folder/deep", "folder/deep/c.bin"}
    assert everything["a.txt"].last_commit.oid == second and everything["a.txt"].last_commit.title == "Second"
    assert everything["folder/b.txt"].last_commit.oid == everything["folder"].last_commit.oid == first
    large = everything["folder/deep/c.bin"]
    assert large.size == 64 and large.lfs.size == 64 and large.lfs.sha256 == hashlib.sha256(b"c" * 64).hexdigest()
    assert set(tree(hub, repo, "folder")) == {"folder/b.txt", "folder/deep"}
    assert set(tree(hub, repo, "folder/deep")) == {"folder/deep/c.bin"}
    assert tree(hub, repo, revision=first)["a.txt"].size == 1
    raises(EntryNotFoundError, tree, hub, repo, "nothing")
    raises(EntryNotFoundError, tree, hub, repo, "a.txt")
    raises(RevisionNotFoundError, tree, hub, repo, revision="nothing")
    raises(RepositoryNotFoundError, tree, hub, repo + "-none")


@scenario()
def paths_info(hub):
    repo = hub.repo()
    commit = hub.commit(repo, {"a.txt": b"a", "folder/b.txt": b"bb", "c.bin": b"c"}, "First").oid
    found = {entry.path: entry for entry in hub.nobody.get_paths_info(
        repo, ["a.txt", "folder", "c.bin", "nothing"], repo_type=hub.type, expand=True)}
    assert set(found) == {"a.txt", "folder", "c.bin"}
    assert found["a.txt"].blob_id == blob_id(b"a") and found["a.txt"].last_commit.oid == commit
    assert found["c.bin"].lfs.sha256 == hashlib.sha256(b"c").hexdigest()
    assert [entry.path for entry in hub.nobody.get_paths_info(repo, "a.txt", repo_type=hub.type)] == ["a.txt"]
    raises(RevisionNotFoundError, hub.nobody.get_paths_info, repo, ["a"], repo_type=hub.type, revision="nothing")


@scenario()
def every_kind_of_name(hub):
    contents = {name: f"content of {name}".encode() for name in NAMES}
    repo = hub.repo(contents)
    assert hub.files(repo) == set(contents)
    found = {entry.path: entry for entry in hub.nobody.get_paths_info(repo, list(contents), repo_type=hub.type)}
    for name, content in contents.items():
        assert found[name].blob_id == blob_id(content), name
        assert hub.alice.file_exists(repo, name, repo_type=hub.type), name
        metadata = hub.nobody.get_hf_file_metadata(
            url=huggingface_hub.hf_hub_url(repo, name, repo_type=hub.type, endpoint=hub.endpoint))
        assert metadata.etag == blob_id(content), name
        assert hub.read(repo, name) == content, name
    assert set(tree(hub, repo, "日本語")) == {"日本語/ファイル.txt"}
    assert set(tree(hub, repo, "a/b/c/d/e/f/g/h/i")) == {"a/b/c/d/e/f/g/h/i/j.txt"}


@scenario(large=True)
def file_metadata(hub):
    repo = hub.repo()
    commit = hub.commit(repo, {"a.txt": b"hello", "b.bin": b"large", "empty.txt": b""}).oid

    def metadata(path, revision=None):
        return hub.nobody.get_hf_file_metadata(url=huggingface_hub.hf_hub_url(
            repo, path, repo_type=hub.type, revision=revision, endpoint=hub.endpoint))
    small, large, empty = metadata("a.txt"), metadata("b.bin"), metadata("empty.txt", commit)
    assert (small.commit_hash, small.etag, small.size) == (commit, blob_id(b"hello"), 5)
    assert (large.commit_hash, large.etag, large.size) == (commit, hashlib.sha256(b"large").hexdigest(), 5)
    assert (empty.etag, empty.size) == (blob_id(b""), 0)
    raises(EntryNotFoundError, metadata, "nothing")
    raises(RevisionNotFoundError, metadata, "a.txt", "nothing")


@scenario(types=("model",), large=True)
def safetensors_metadata(hub):
    header = json.dumps({"weight": {"dtype": "F32", "shape": [4, 8], "data_offsets": [0, 128]},
                         "bias": {"dtype": "F16", "shape": [8], "data_offsets": [128, 144]}}).encode()
    header += b" " * (-len(header) % 8)
    repo = hub.repo({"model.safetensors": struct.pack("<Q", len(header)) + header + b"\1" * 144})
    found = hub.nobody.get_safetensors_metadata(repo)
    assert found.parameter_count == {"F32": 32, "F16": 8} and found.sharded is False
    info = hub.nobody.model_info(repo)
    assert info.safetensors.total == 40 and info.safetensors.parameters == {"F32": 32, "F16": 8}


@scenario(since=(1,), large=True)
def checksums(hub):
    content = {"a.txt": b"hello", "folder/b.bin": b"large"}
    repo = hub.repo(content)
    local = hub.directory / "local"
    hub.alice.snapshot_download(repo, repo_type=hub.type, local_dir=local)
    verified = hub.alice.verify_repo_checksums(repo, repo_type=hub.type, local_dir=local)
    assert verified.checked_count == 3 and not verified.mismatches and not verified.missing_paths
    (local / "folder/b.bin").write_bytes(b"other")
    verified = hub.alice.verify_repo_checksums(repo, repo_type=hub.type, local_dir=local)
    assert [mismatch["path"] for mismatch in verified.mismatches] == ["folder/b.bin"]


@scenario(large=True)
def file_system(hub):
    content = {"a.txt": b"line one\nline two\n", "folder/b.txt": b"b", "folder/deep/c.bin": bytes(range(256)) * 40}
    repo = hub.repo(content)
    fs = HfFileSystem(token=hub.tokens["alice"], skip_instance_cache=True)
    root = f"{hub.prefix}{repo}"
    assert {entry["name"] for entry in fs.ls(root, detail=True)} == {
        f"{root}/.gitattributes", f"{root}/a.txt", f"{root}/folder"}
    assert fs.exists(f"{root}/folder/deep") and not fs.exists(f"{root}/nothing")
    assert fs.isdir(f"{root}/folder") and fs.isfile(f"{root}/a.txt")
    assert fs.info(f"{root}/folder/deep/c.bin")["size"] == 10240
    assert set(fs.find(f"{root}/folder")) == {f"{root}/folder/b.txt", f"{root}/folder/deep/c.bin"}
    assert set(fs.glob(f"{root}/**/*.bin")) == {f"{root}/folder/deep/c.bin"}
    assert fs.cat_file(f"{root}/folder/deep/c.bin", start=300, end=310) == content["folder/deep/c.bin"][300:310]
    with fs.open(f"{root}/a.txt", "r") as file:
        assert file.readlines() == ["line one\n", "line two\n"]
    with fs.open(f"{root}/folder/deep/c.bin", "rb") as file:
        file.seek(10000)
        assert file.read() == content["folder/deep/c.bin"][10000:]
    with fs.open(f"{root}/new.txt", "w") as file:
        file.write("written")
    assert hub.read(repo, "new.txt") == b"written"
    assert fs.modified(f"{root}/new.txt").year >= 2025
    fs.cp_file(f"{root}/new.txt", f"{root}/copied.txt")
    fs.rm(f"{root}/new.txt")
    fs.rm(f"{root}/folder", recursive=True)
    assert hub.files(repo) == {"a.txt", "copied.txt"}
    raises(FileNotFoundError, fs.ls, f"{root}/nothing", refresh=True)
    raises(FileNotFoundError, fs.ls, f"{root}-none")


@scenario(large=True)
def streaming_a_file(hub):
    content = bytes(range(256)) * 1000
    repo = hub.repo({"a.bin": content, "b.txt": b"x" * 1000})
    fs = HfFileSystem(token=hub.tokens["alice"], skip_instance_cache=True)
    for path, expected in (("a.bin", content), ("b.txt", b"x" * 1000)):
        with fs.open(f"{hub.prefix}{repo}/{path}", "rb", block_size=0) as file:
            pieces = []
            while piece := file.read(70000):
                pieces.append(piece)
        assert b"".join(pieces) == expected
