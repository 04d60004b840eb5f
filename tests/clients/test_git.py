"""Real git against the hub: what the API shows is what git clones, what git pushes the API shows."""
import hashlib
import json
import os
import random
import shutil
import socket
import subprocess
import threading
import urllib.parse
from pathlib import Path

import pytest

from environment import hf, python
from kit.gitwork import Git, with_token
from kit.server import CLIENTS
from kit.upload import add, add_large, commit, must, send_large

TYPES = {"model": "", "dataset": "datasets/", "space": "spaces/"}


@pytest.fixture
def git(tmp_path):
    return Git(tmp_path / "home")


@pytest.fixture
def make(server, alice, request):
    """make("name", type="model", private=False): the repository's path in URLs."""
    def call(name, type="model", **fields):
        sdk = {"sdk": "static"} if type == "space" else {}
        server.post("/api/repos/create", {"name": name, "type": type, **sdk, **fields}, alice.token)
        return f"{TYPES[type]}alice/{name}"
    return call


def sha(server, path, token=None, revision="main"):
    kind = next((kind for kind, prefix in TYPES.items() if prefix and path.startswith(prefix)), "model")
    name = path.removeprefix(TYPES[kind])
    answer = server.request("GET", f"/api/{kind}s/{name}/revision/{urllib.parse.quote(revision, safe='')}", token=token)
    assert answer.status == 200, answer.body
    return answer.json()["sha"]


def tree(server, path, revision="main", token=None):
    entries, url = {}, f"/api/models/{path}/tree/{revision}?recursive=true&expand=true&limit=100"
    while url:
        answer = server.request("GET", url, token=token)
        assert answer.status == 200, answer.body
        entries |= {entry["path"]: entry for entry in answer.json()}
        link = answer.headers.get("Link")
        url = link.split(">")[0][1:] if link else None
    return entries


FILES = {"README.md": b"---\nlicense: mit\n---\n# Hello\n", "a/b/c.txt": b"deep\n", "empty": b"",
         "binary.dat": bytes(range(256)) * 40, "name with space.txt": b"x", "\u00fcml\u00e4ut.txt": b"y"}


# Reading

@pytest.mark.parametrize("type", TYPES)
@pytest.mark.parametrize("private", [False, True])
def test_clone_of_what_the_api_made(server, alice, bob, git, make, tmp_path, type, private):
    path = make(f"cloned-{type}-{private}".lower(), type, private=private)
    body = "\n".join(json.dumps(line) for line in [{"key": "header", "value": {"summary": "Add"}},
                                                   *[add(name, content) for name, content in FILES.items()]])
    kind, name = type + "s", path.removeprefix(TYPES[type])
    must(server.request("POST", f"/api/{kind}/{name}/commit/main", body.encode(), alice.token,
                        {"Content-Type": "application/x-ndjson"}))
    for number, spelling in enumerate([path, path + ".git"] + ([f"models/{path}"] if type == "model" else [])):
        url = with_token(server, alice, spelling) if private else f"{server.url}/{spelling}"
        here = git.clone(url, tmp_path / f"clone-{number}")
        assert here.head() == sha(server, path, alice.token)
        for file, content in FILES.items():
            assert (here.directory / file).read_bytes() == content
        here.fsck()
        assert here.text("branch", "--show-current") == "main"
    if private:
        assert "Authentication failed" in git.refuses("clone", f"{server.url}/{path}", tmp_path / "no")
        said = git.refuses("clone", with_token(server, bob, path), tmp_path / "no")
        assert "not found" in said, said
        missing = git.refuses("clone", with_token(server, bob, path + "x"), tmp_path / "no")
        assert missing.replace(path + "x", path).replace(name + "x", name) == said
        assert git.clone(f"http://alice:{urllib.parse.quote(alice.password)}@127.0.0.1:{server.port}/{path}",
                         tmp_path / "by-password").head() == sha(server, path, alice.token)


@pytest.mark.parametrize("protocol", [0, 1, 2])
def test_shallow_partial_and_single_branch(server, alice, git, make, tmp_path, protocol):
    path = make(f"slices-{protocol}")
    for number in range(6):
        must(commit(server, alice.token, path, [add(f"f{number}.txt", b"x" * (10 ** number))]))
    server.post(f"/api/models/{path}/branch/side", {}, alice.token)
    server.post(f"/api/models/{path}/tag/main", {"tag": "v1", "message": "First"}, alice.token)
    server.post(f"/api/models/{path}/tag/main", {"tag": "light"}, alice.token)
    must(commit(server, alice.token, path, [add("side.txt", b"s")], branch="side"))
    url, versioned = f"{server.url}/{path}", ("-c", f"protocol.version={protocol}")

    def clone(name, *arguments):
        git(*versioned, "clone", "-q", *arguments, url, tmp_path / name)
        return git.at(tmp_path / name)
    whole = clone("whole")
    assert whole.text("rev-list", "--count", "HEAD") == "7"
    assert set(whole.text("tag").split()) == {"v1", "light"}
    assert whole.text("cat-file", "-t", "v1") == "tag" and whole.head("v1^{commit}") == whole.head()
    assert whole.head("origin/side") == sha(server, path, revision="side")
    whole.fsck()
    shallow = clone("shallow", "--depth", "2")
    assert shallow.text("rev-list", "--count", "HEAD") == "2"
    shallow(*versioned, "fetch", "-q", "--deepen", "2")
    assert shallow.text("rev-list", "--count", "HEAD") == "4"
    shallow(*versioned, "fetch", "-q", "--unshallow")
    assert shallow.text("rev-list", "--count", "HEAD") == "7"
    single = clone("single", "--single-branch", "--branch", "side", "--no-tags")
    assert single.text("branch", "-r").split() == ["origin/side"] and single.text("tag") == ""
    if protocol > 0:
        for filter in ["blob:none", "tree:0", "blob:limit=500"]:
            part = clone("partial-" + filter.replace(":", "-").replace("=", "-"), "--filter", filter)
            assert (part.directory / "f5.txt").read_bytes() == b"x" * 100_000
            assert part.text("log", "--format=%H") == whole.text("log", "--format=%H")
        bare = clone("bare", "--bare", "--filter=blob:none")
        missing = bare.text("rev-list", "--objects", "--all", "--missing=print").count("?")
        assert missing == 8, missing
    one = git.init(tmp_path / "one")
    one(*versioned, "fetch", "-q", url, sha(server, path, revision="v1")) if protocol == 2 else None
    must(commit(server, alice.token, path, [add("later.txt", b"l")]))
    whole(*versioned, "fetch", "-q")
    assert whole.head("origin/main") == sha(server, path)


def test_credential_helper_and_gated(server, alice, bob, git, make, tmp_path):
    path = make("helped", private=True)
    git("config", "--global", "credential.helper",
        f"!f() {{ test \"$1\" = get && echo username=anything && echo password={alice.token}; }}; f")
    assert git.clone(f"{server.url}/{path}", tmp_path / "helped").head() == sha(server, path, alice.token)
    gated = make("gated")
    must(server.request("PUT", f"/api/models/{gated}/settings", {"gated": "manual"}, alice.token))
    other = Git(tmp_path / "other")
    said = other.refuses("clone", with_token(server, bob, gated), tmp_path / "no")
    assert "is restricted" in said and "ask for access" in said, said
    assert "Authentication failed" in other.refuses("clone", f"{server.url}/{gated}", tmp_path / "no")
    git.clone(f"{server.url}/{gated}", tmp_path / "gated")


def test_old_name_is_served_in_place(server, alice, git, make, tmp_path):
    path = make("named-once")
    server.post("/api/repos/move", {"fromRepo": path, "toRepo": "alice/named-twice", "type": "model"}, alice.token)
    here = git.clone(with_token(server, alice, path), tmp_path / "old")
    here.commit("More", {"a.txt": b"a"})
    here("push", "-q")
    assert sha(server, "alice/named-twice") == here.head()


def test_bodies_compressed_chunked_and_expected(server, make, alice):
    """What libcurl does with long requests, and what it never would."""
    import gzip
    path = make("bodies")
    head = sha(server, path)

    def pkt(text):
        return f"{len(text) + 4:04x}{text}".encode()
    request = pkt("command=fetch") + b"0001" + pkt(f"want {head}\n") + pkt("done\n") + b"0000"
    headers = {"Content-Type": "application/x-git-upload-pack-request", "Git-Protocol": "version=2"}
    plain = server.request("POST", f"/{path}/git-upload-pack", request, headers=headers)
    assert plain.status == 200 and b"PACK" in plain.body
    packed = server.request("POST", f"/{path}/git-upload-pack", gzip.compress(request),
                            headers={**headers, "Content-Encoding": "gzip"})
    assert packed.body == plain.body or b"PACK" in packed.body
    for body in [gzip.compress(request)[:-9], gzip.compress(request) + b"more", b"no gzip at all"]:
        answer = server.request("POST", f"/{path}/git-upload-pack", body,
                                headers={**headers, "Content-Encoding": "gzip"})
        assert answer.status == 400, answer.status
    assert server.request("POST", f"/{path}/git-upload-pack", request,
                          headers={**headers, "Content-Encoding": "br"}).status == 415
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall((f"POST /{path}/git-upload-pack HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                            "Transfer-Encoding: chunked\r\nConnection: close\r\n"
                            + "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n").encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 100")
        for byte in request:
            connection.sendall(b"1\r\n" + bytes([byte]) + b"\r\n")
        connection.sendall(b"0\r\n\r\n")
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    assert answer.startswith(b"HTTP/1.1 200") and b"PACK" in answer


# Pushing

def test_push_of_what_git_made(server, alice, git, make, tmp_path):
    path = make("pushed")
    here = git.clone(with_token(server, alice, path), tmp_path / "here")
    here.commit("Files", FILES)
    os.symlink("a/b/c.txt", here.directory / "link")
    (here.directory / "run.sh").write_bytes(b"#!/bin/sh\n")
    (here.directory / "run.sh").chmod(0o755)
    second = here.commit("Link and program")
    here("push", "-q")
    assert sha(server, path) == second
    for name, content in FILES.items():
        answer = server.request("GET", f"/{path}/resolve/main/{urllib.parse.quote(name)}")
        assert (answer.status, answer.body) == (200, content), name
        assert answer.headers["X-Repo-Commit"] == second
    entries = tree(server, path)
    assert entries["a/b/c.txt"]["lastCommit"]["id"] == here.head("HEAD~1")
    assert entries["run.sh"]["lastCommit"]["id"] == second
    info = server.request("GET", f"/api/models/{path}").json()
    assert info["cardData"]["license"] == "mit" and "license:mit" in info["tags"]
    log = server.request("GET", f"/api/models/{path}/commits/main").json()
    assert [entry["id"] for entry in log] == here.text("rev-list", "HEAD").split()
    again = git.clone(f"{server.url}/{path}", tmp_path / "again")
    assert again.head() == second and again.text("ls-tree", "-r", "HEAD") == here.text("ls-tree", "-r", "HEAD")
    again.fsck()
    must(commit(server, alice.token, path, [add("api.txt", b"api")]))
    here("pull", "-q")
    assert here.head() == sha(server, path) and (here.directory / "api.txt").read_bytes() == b"api"


def test_last_commits_after_a_push_of_many_commits_and_a_merge(server, alice, git, make, tmp_path):
    path = make("many-commits")
    here = git.clone(with_token(server, alice, path), tmp_path / "here")
    chance = random.Random(5)
    for number in range(40):
        files = {f"d{chance.randrange(4)}/f{chance.randrange(6)}": bytes([number]) for _ in range(2)}
        here.commit(f"Commit {number}", files)
        if number % 7 == 6:
            victim = here.text("ls-files", "d*").split()[0]
            here("rm", "-q", victim)
            here.commit(f"Remove {victim}")
        if number == 20:
            here("push", "-q")
    here("checkout", "-q", "-b", "topic", "HEAD~3")
    here.commit("Topic", {"topic/t.txt": b"t"})
    here("checkout", "-q", "main")
    here("merge", "-q", "--no-ff", "-m", "Merge", "topic")
    here("push", "-q")
    entries = tree(server, path)
    files = here.text("ls-files").split()
    assert sorted(name for name, entry in entries.items() if entry["type"] == "file") == sorted(files)
    for name in [*files, "d0", "d1", "d2", "d3", "topic"]:
        wanted = here.text("log", "-1", "--first-parent", "--format=%H", "--", name)
        assert entries[name]["lastCommit"]["id"] == wanted, name


def test_branches_tags_deletion_and_force(server, alice, git, make, tmp_path):
    path = make("refs")
    here = git.clone(with_token(server, alice, path), tmp_path / "here")
    base = here.commit("Base", {"a.txt": b"1"})
    here("tag", "light")
    here("tag", "-a", "v1", "-m", "Version 1")
    here("branch", "feat/x")
    here("push", "-q", "origin", "main", "feat/x", "light", "v1")
    refs = server.request("GET", f"/api/models/{path}/refs").json()
    assert {ref["name"] for ref in refs["branches"]} == {"main", "feat/x"}
    assert {ref["name"]: ref["targetCommit"] for ref in refs["tags"]} == {"light": base, "v1": base}
    listed = here.text("ls-remote", "origin")
    assert f"{here.head('v1')}\trefs/tags/v1" in listed and f"{base}\trefs/tags/v1^{{}}" in listed
    # Force on a branch that is not the default, and deletions.
    here("checkout", "-q", "feat/x")
    here.commit("One", {"x.txt": b"1"})
    here("push", "-q", "origin", "feat/x")
    here("reset", "-q", "--hard", "HEAD~1")
    other = here.commit("Other", {"x.txt": b"2"})
    assert "rejected" in here.refuses("push", "origin", "feat/x")
    here("push", "-q", "--force", "origin", "feat/x")
    assert sha(server, path, revision="feat/x") == other
    assert "exists" in here.refuses("push", "origin", "feat/x:refs/heads/feat")
    here("push", "-q", "origin", ":feat/x", "feat/x:refs/heads/feat")
    assert {ref["name"] for ref in server.request("GET", f"/api/models/{path}/refs").json()["branches"]} == {"main", "feat"}
    here("push", "-q", "--delete", "origin", "light")
    # The default branch keeps what it has.
    here("checkout", "-q", "main")
    here("commit", "-q", "--amend", "-m", "Rewritten")
    said = here.refuses("push", "--force", "origin", "main")
    assert "default branch may not lose commits" in said
    assert "default branch cannot be deleted" in here.refuses("push", "origin", ":main")
    assert sha(server, path) == base
    assert "pull requests are not offered" in here.refuses("push", "origin", "main:refs/pr/1")
    assert "only branches" in here.refuses("push", "origin", "main:refs/notes/x")
    # One bad ref keeps the others from moving only when asked to.
    here("checkout", "-q", "-b", "good", base)
    good = here.commit("Good", {"good.txt": b"g"})
    said = here.refuses("push", "--atomic", "origin", "good", "+main")
    assert "atomic" in said and "good" not in here.text("ls-remote", "origin")
    here.refuses("push", "origin", "good", "+main")
    assert sha(server, path, revision="good") == good
    assert server.request("GET", f"/api/models/{path}/revision/main").json()["sha"] == base


def test_who_may_push(server, alice, bob, git, make, tmp_path):
    path, private = make("rights"), make("rights-private", private=True)
    here = git.clone(f"{server.url}/{path}", tmp_path / "here")
    here.commit("Mine", {"a": b"a"})
    assert "Authentication failed" in here.refuses("push", f"{server.url}/{path}", "main")
    said = here.refuses("push", with_token(server, bob, path), "main")
    assert "do not have the right" in said
    said = here.refuses("push", f"http://x:{alice.read_token}@127.0.0.1:{server.port}/{path}", "main")
    assert "may only read" in said
    assert "not found" in here.refuses("push", with_token(server, bob, private), "main")
    assert "not found" in here.refuses("push", with_token(server, alice, "alice/none"), "main")
    lab = "lab/shared-git"
    server.post("/api/repos/create", {"name": "shared-git", "organization": "lab"}, alice.token)
    carol = server.people["carol"]
    there = git.clone(with_token(server, carol, lab), tmp_path / "lab")
    there.commit("From carol", {"c": b"c"})
    there("push", "-q")
    assert sha(server, lab) == there.head()


def test_what_a_push_may_not_bring(server, alice, git, make, tmp_path):
    path = make("refused")
    here = git.clone(with_token(server, alice, path), tmp_path / "here")
    base = here.head()

    def refused(files):
        here.commit("Bad", files)
        said = here.refuses("push", "--no-verify", "origin", "main")  # as without git-lfs, which would see it first
        here("reset", "-q", "--hard", base)
        assert sha(server, path) == base
        return said
    said = refused({"sub/big.dat": bytes(10_000_000)})
    assert "remote: The file 'sub/big.dat' has 10000000 bytes" in said and "git lfs migrate import" in said, said
    said = refused({"back\\slash": b"x"})
    assert "back" in said and "remote rejected" in said, said
    os.symlink("/etc/passwd", here.directory / "absolute")
    assert "'absolute' leads out" in refused({})
    (here.directory / "sub").mkdir()
    os.symlink("../../up", here.directory / "sub" / "up")
    assert "'sub/up' leads out" in refused({})
    oid = hashlib.sha256(b"nobody has this").hexdigest()
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 15\n".encode()
    said = refused({"model.bin": pointer})
    assert oid in said and "'model.bin'" in said and "git lfs push" in said, said
    # A commit in the middle counts like the last one.
    here.commit("Bad in the middle", {"big.dat": bytes(10_000_000)})
    here("rm", "-q", "big.dat")
    here.commit("Gone again")
    assert "'big.dat'" in here.refuses("push", "--no-verify", "origin", "main")
    # Nothing of what was refused can be had.
    bad = here.head("HEAD~1")
    assert git.init(tmp_path / "empty").refuses("fetch", with_token(server, alice, path), bad)


def test_replacing_the_first_commit_of_the_hub(server, alice, git, make, tmp_path):
    path = make("imported")
    here = git.init(tmp_path / "here")
    first = here.commit("A history of its own", {"a.txt": b"a"})
    assert "rejected" in here.refuses("push", with_token(server, alice, path), "main")
    here("push", "-q", "--force", with_token(server, alice, path), "main")
    assert sha(server, path) == first and set(tree(server, path)) == {"a.txt"}
    here("commit", "-q", "--amend", "-m", "Another")
    assert "may not lose commits" in here.refuses("push", "--force", with_token(server, alice, path), "main")


def default_branch(here, url) -> str:
    return here.text("ls-remote", "--symref", url, "HEAD").split()[1]


def test_a_mirror_of_a_repository_without_main(server, alice, git, make, tmp_path):
    path = make("mastered")
    url = with_token(server, alice, path)
    here = git.init(tmp_path / "here", "--initial-branch", "master")
    here.commit("First", {"a.txt": b"1", "README.md": b"---\nlicense: mit\n---\n"})
    here("tag", "-a", "v1", "-m", "Version 1")
    here("branch", "side")
    here.commit("Second", {"d/b.txt": b"2"})
    said = here("push", "--mirror", url).err
    assert "'master' is the default branch now" in said, said
    assert default_branch(here, url) == "refs/heads/master"
    again = git.clone(f"{server.url}/{path}", tmp_path / "again.git", "--mirror")
    assert again.text("for-each-ref") == here.text("for-each-ref")
    assert here("push", "--mirror", url).err.strip() == "Everything up-to-date"
    work = git.clone(url, tmp_path / "work")
    assert work.text("branch", "--show-current") == "master"
    # Clients that nobody told of a branch ask for main.
    shown = server.request("GET", f"/api/models/{path}").json()
    assert shown["sha"] == here.head() and shown["cardData"] == {"license": "mit"}
    assert [branch["name"] for branch in server.request("GET", f"/api/models/{path}/refs").json()["branches"]] \
        == ["master", "side"]
    assert server.request("GET", f"/{path}/resolve/main/d/b.txt").body == b"2"
    assert tree(server, path)["d/b.txt"]["lastCommit"]["id"] == here.head()
    must(commit(server, alice.token, path, [add("c.txt", b"3")]))
    work("pull", "-q")
    assert (work.directory / "c.txt").read_bytes() == b"3" and sha(server, path) == work.head()
    assert "default branch cannot be deleted" in work.refuses("push", "origin", ":master")
    assert server.request("DELETE", f"/api/models/{path}/branch/master", token=alice.token).status == 400
    # One that is called so means itself.
    work("push", "-q", "origin", "v1^{}:refs/heads/main")
    assert server.request("GET", f"/{path}/resolve/main/d/b.txt").status == 404
    work("push", "-q", "origin", ":main")
    assert server.request("GET", f"/{path}/resolve/main/d/b.txt").status == 200
    server.fsck()


def test_a_mirror_keeps_main_when_nothing_can_follow_it(server, alice, git, make, tmp_path):
    path, used = make("which-one"), make("used")
    here = git.init(tmp_path / "here", "--initial-branch", "trunk")
    first = here.commit("First", {"a.txt": b"1"})
    here("branch", "other")
    for number, url in enumerate([with_token(server, alice, path), with_token(server, alice, used)]):
        if number == 1:
            must(commit(server, alice.token, used, [add("mine.txt", b"m")]))
            here("branch", "-D", "other")
        done = here("push", "--mirror", url, check=False)
        assert done.returncode == 1 and "main (the default branch cannot be deleted" in done.err, done.err
        assert default_branch(here, url) == "refs/heads/main"
        assert sha(server, [path, used][number], revision="trunk") == first
    assert "atomic" in here.refuses("push", "--atomic", with_token(server, alice, used), "trunk:new", ":main")
    only = make("only-one")
    here("push", "-q", "--mirror", with_token(server, alice, only))
    assert default_branch(here, with_token(server, alice, only)) == "refs/heads/trunk" and sha(server, only) == first


def test_lfs_push_and_clone(server, alice, git, make, tmp_path):
    path = make("lfs-pushed")
    here = git.clone(with_token(server, alice, path), tmp_path / "here")
    here("lfs", "install", "--local")
    big, small = os.urandom(12_000_000), b"small but by suffix"
    here.commit("Large", {"big.bin": big, "w.safetensors": small})
    here("push", "-q", timeout=600)
    entries = tree(server, path)
    assert entries["big.bin"]["lfs"]["oid"] == hashlib.sha256(big).hexdigest()
    assert server.request("GET", f"/{path}/resolve/main/big.bin").body == big
    again = git.clone(f"{server.url}/{path}", tmp_path / "again")
    assert (again.directory / "big.bin").read_bytes() == big
    assert (again.directory / "w.safetensors").read_bytes() == small
    assert "OK" in again.text("lfs", "fsck")
    # The reverse: large through the API, cloned by git.
    content = os.urandom(500_000)
    assert send_large(server, alice.token, path, content).status == 200
    must(commit(server, alice.token, path, [add_large("api.bin", content)]))
    again("pull", "-q")
    assert (again.directory / "api.bin").read_bytes() == content
    listed = server.request("GET", f"/api/models/{path}/lfs-files", token=alice.token).json()
    assert {entry["fileOid"] for entry in listed} >= {hashlib.sha256(big).hexdigest(), hashlib.sha256(content).hexdigest()}


@pytest.mark.timeout(600)
def test_a_gigabyte_by_lfs(server, alice, git, make, tmp_path):
    path = make("lfs-gigabyte")
    here = git.clone(with_token(server, alice, path), tmp_path / "here")
    here("lfs", "install", "--local")
    digest = hashlib.sha256()
    with (here.directory / "huge.bin").open("wb") as file:
        for number in range(64):
            piece = random.Random(number).randbytes(1 << 24)
            digest.update(piece)
            file.write(piece)
    here("lfs", "track", "*.bin")
    here("add", "-A", timeout=600)
    here("commit", "-q", "-m", "Huge")
    here("push", "-q", timeout=600)
    again = git.clone(f"{server.url}/{path}", tmp_path / "again", timeout=600)
    with (again.directory / "huge.bin").open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == digest.hexdigest()
    assert "OK" in again.text("lfs", "fsck", timeout=600)


@pytest.mark.parametrize("client", ["hub2", "hub1", "hub036"])
def test_multipart_transfer_of_the_hf_cli(server, alice, git, make, tmp_path, client):
    """`hf lfs-enable-largefiles` gives git-lfs a transfer of its own for what goes up in parts."""
    path = make(f"in-parts-{client}")
    here = git.clone(with_token(server, alice, path), tmp_path / "here")
    here("lfs", "install", "--local")
    program = hf(client) if client != "hub036" else str(CLIENTS / client / "bin" / "huggingface-cli")
    environment = {**here.environment, "PATH": f"{os.path.dirname(program)}:{os.environ['PATH']}"}
    subprocess.run([program, "lfs-enable-largefiles", here.directory], check=True, env=environment, capture_output=True)
    big = os.urandom(110_000_000)
    here.commit("Large", {"big.bin": big})
    said = here("push", timeout=600, PATH=environment["PATH"], GIT_TRACE="1").err
    assert "multipart" in said, said[-3000:]
    assert server.request("GET", f"/{path}/resolve/main/big.bin").body == big


@pytest.mark.parametrize("client, type", [("hub2", "model"), ("hub2", "dataset"), ("hub2", "space"), ("hub1", "model"),
                                          ("hub036", "model")])
def test_xet_transfer_of_git_lfs(server, alice, git, make, tmp_path, client, type):
    """git-lfs with an agent as git-xet is one; the second push begins with a token that has run out."""
    path = make(f"by-xet-{client}-{type}", type)
    here = git.clone(with_token(server, alice, path), tmp_path / "here")
    here("lfs", "install", "--local")
    here("config", "lfs.customtransfer.xet.path", python(client))
    here("config", "lfs.customtransfer.xet.args", str(Path(__file__).parent / "xet_transfer_agent.py"))
    here("lfs", "track", "*.bin")
    contents = {"a.bin": os.urandom(3_000_000), "d/b.bin": b"small", "empty.bin": b""}
    here.commit("Large", contents)
    environment = {"HF_TOKEN": alice.token, "GIT_TRACE": "1", "HF_HOME": str(tmp_path / "hf")}
    said = here("push", **environment).err
    assert "xet_transfer_agent" in said, said[-3000:]
    contents["a.bin"] = contents["a.bin"][:1_000_000] + b"changed" + contents["a.bin"][1_000_000:]
    here.commit("Changed", contents)
    here("push", **environment, XET_AGENT_EXPIRED=str(tmp_path / "renewed"))
    assert (tmp_path / "renewed").read_text().startswith(server.url)
    again = git.clone(with_token(server, alice, path), tmp_path / "again")
    for name, content in contents.items():
        assert (again.directory / name).read_bytes() == content
    assert "OK" in again.text("lfs", "fsck")
    shown = server.request("GET", f"/api/{type}s/{path.removeprefix(TYPES[type])}/tree/main?recursive=true").json()
    assert all(entry["xetHash"] for entry in shown if entry["path"] in ("a.bin", "d/b.bin")), shown
    server.fsck()


def test_submodules_and_executables_are_listed_as_git_has_them(server, alice, git, make, tmp_path):
    path = make("modes")
    here = git.clone(with_token(server, alice, path), tmp_path / "here")
    here("update-index", "--add", "--cacheinfo", f"160000,{here.head()},vendor/lib")
    (here.directory / "run.sh").write_text("#!/bin/sh\n")
    (here.directory / "run.sh").chmod(0o755)
    os.symlink("run.sh", here.directory / "link")
    here("add", "run.sh", "link")
    here("commit", "-q", "-m", "Modes")
    here("push", "-q")
    assert set(tree(server, path)) == {".gitattributes", "run.sh", "link", "vendor"}
    assert git.clone(f"{server.url}/{path}", tmp_path / "again").text("ls-tree", "-r", "HEAD") == here.text("ls-tree", "-r", "HEAD")
    must(commit(server, alice.token, path, [add("vendor/more.txt", b"m")]))
    here("pull", "-q")
    assert "160000" in here.text("ls-tree", "HEAD", "vendor/lib") and (here.directory / "run.sh").stat().st_mode & 0o100


def test_lfs_locks(server, alice, git, make, tmp_path):
    server.post("/api/repos/create", {"name": "locked", "organization": "lab"}, alice.token)
    carol, path = server.people["carol"], "lab/locked"
    hers = Git(tmp_path / "carol").clone(with_token(server, carol, path), tmp_path / "hers")
    hers("lfs", "install", "--local")
    hers.commit("Two files", {"data.bin": b"data" * 100, "other.bin": b"other" * 100})
    hers("push", "-q")
    his = git.clone(with_token(server, alice, path), tmp_path / "his")
    his("lfs", "install", "--local")
    hers("lfs", "lock", "data.bin")
    assert "carol" in his.text("lfs", "locks")
    assert "already" in his.refuses("lfs", "lock", "data.bin")
    his("config", "lfs.locksverify", "true")
    his.commit("Over a lock", {"data.bin": b"mine" * 100})
    said = his.refuses("push")
    assert "data.bin" in said and "carol" in said, said
    hers.commit("With the lock", {"data.bin": b"hers" * 100})
    hers("push", "-q")
    assert his.refuses("lfs", "unlock", "data.bin")
    his("lfs", "unlock", "--force", "data.bin")
    assert "data.bin" not in hers.text("lfs", "locks")
    his("lfs", "lock", "other.bin")
    said = hers.refuses("lfs", "unlock", "--force", "other.bin")
    assert "administrator" in said, said
    his("lfs", "unlock", "other.bin")


# Many at once, and much

def test_eight_clients_to_eight_branches_and_to_one(server, alice, git, make, tmp_path):
    path = make("crowd")
    url, failures = with_token(server, alice, path), []
    clones = [Git(tmp_path / f"home-{number}").clone(url, tmp_path / f"clone-{number}") for number in range(8)]

    def work(number):
        try:
            here = clones[number]
            here("checkout", "-q", "-b", f"b{number}")
            for count in range(3):
                here.commit(f"Own {number} {count}", {f"own-{number}-{count}.txt": b"o"})
                here("push", "-q", "origin", f"b{number}")
            here("checkout", "-q", "main")
            for count in range(2):
                here.commit(f"Shared {number} {count}", {f"shared-{number}-{count}.txt": b"s"})
                for _ in range(60):
                    if here("push", "-q", "origin", "main", check=False).returncode == 0:
                        break
                    here("pull", "-q", "--rebase", "origin", "main")
                else:
                    raise AssertionError(f"{number} never came through")
                must(commit(server, alice.token, path, [add(f"api-{number}-{count}.txt", b"a")], timeout=120))
                here("pull", "-q", "--rebase", "origin", "main")
        except Exception as error:
            failures.append(repr(error)[:2000])
    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert not failures, failures
    here = git.clone(f"{server.url}/{path}", tmp_path / "all")
    there = set(here.text("ls-files").split())
    assert there >= {f"{kind}-{number}-{count}.txt" for kind in ["shared", "api"] for number in range(8) for count in range(2)}
    assert here.text("rev-list", "--count", "HEAD") == str(1 + 32)
    for number in range(8):
        assert here.text("rev-list", "--count", f"origin/b{number}") == "4"
    entries = tree(server, path)
    for name in there - {".gitattributes"}:
        assert entries[name]["lastCommit"]["id"] == here.text("log", "-1", "--format=%H", "--", name)


def test_a_push_cut_off_in_the_middle(server, alice, git, make, tmp_path):
    path = make("cut-off")
    here = git.clone(with_token(server, alice, path), tmp_path / "here")
    before = here.head()
    after = here.commit("Much", {f"{number}.dat": os.urandom(60_000) for number in range(40)})
    pack = here("pack-objects", "--revs", "--stdout", "-q", input=f"{after}\n^{before}\n").stdout
    command = f"{before} {after} refs/heads/main\0report-status side-band-64k"
    body = f"{len(command) + 4:04x}{command}0000".encode() + pack
    head = (f"POST /{path}/git-receive-pack HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {alice.token}\r\n"
            f"Content-Type: application/x-git-receive-pack-request\r\nContent-Length: {len(body)}\r\n\r\n").encode()
    for part in [10, 200, len(body) // 2, len(body) - 1]:
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
            connection.sendall(head + body[:part])
            connection.shutdown(socket.SHUT_WR)
            connection.settimeout(30)
            connection.recv(65536)
        assert sha(server, path) == before
    here("push", "-q")
    assert sha(server, path) == after
    assert not list(server.data_dir.glob("repositories/*/*.git/staging/push-*"))


def fast_import(here, commits, files):
    """A history of `commits` commits with `files` files in folders, as fast as git can take it."""
    lines, chance = [], random.Random(1)

    def blob(text):
        return f"data {len(text)}\n{text}\n"
    names = [f"d{number % 50}/e{number // 50 % 20}/f{number}.txt" for number in range(files)]
    for number in range(commits):
        lines.append(f"commit refs/heads/main\ncommitter T <t@example.org> {1_600_000_000 + number} +0000\n"
                     + blob(f"Commit {number}"))
        share = names[number * files // commits:(number + 1) * files // commits]
        for name in [*share, chance.choice(names[:max(1, number * files // commits)])]:
            lines.append(f"M 100644 inline {name}\n" + blob(f"{name} at {number}\n"))
    here("fast-import", "--quiet", input="".join(lines), timeout=600)
    for number in range(1, 20):
        here("branch", f"b{number}", f"main~{number * commits // 25}")
        here("tag", "-a", f"t{number}", "-m", f"Tag {number}", f"main~{number * commits // 30}")
        here("tag", f"l{number}", f"main~{number * commits // 40}")


@pytest.mark.timeout(1800)
def test_a_long_history_mirrored(server, alice, git, make, tmp_path):
    path = make("long-history")
    here = git.init(tmp_path / "here")
    fast_import(here, 5000, 20_000)
    here("push", "-q", "--mirror", with_token(server, alice, path), timeout=900)
    assert sha(server, path) == here.head("main")
    again = git.clone(f"{server.url}/{path}", tmp_path / "again.git", "--mirror", timeout=900)
    assert again.text("for-each-ref") == here.text("for-each-ref")
    again.fsck()
    assert server.git_fsck() > 0
    some = server.request("GET", f"/api/models/{path}/tree/main/d7/e3?expand=true&limit=50").json()
    for entry in some[:5]:
        assert entry["lastCommit"]["id"] == here.text("log", "-1", "--format=%H", "main", "--", entry["path"])


def test_a_real_package_mirrored(server, git, make, alice, tmp_path):
    """Three releases of huggingface_hub as a history: files come, go, move and change."""
    path = make("real-package")
    here = git.init(tmp_path / "here")
    for client in ("hub036", "hub1", "hub2"):
        installed = next((CLIENTS / client).glob("lib/python3*/site-packages/huggingface_hub"))
        shutil.rmtree(here.directory / "huggingface_hub", ignore_errors=True)
        shutil.copytree(installed, here.directory / "huggingface_hub", ignore=shutil.ignore_patterns("__pycache__"))
        here("add", "-A")
        here("commit", "-q", "-m", f"As {client} has it")
        here("tag", "-a", client, "-m", f"The release of {client}")
    here("push", "-q", "--mirror", with_token(server, alice, path))
    assert sha(server, path) == here.head("main")
    again = git.clone(f"{server.url}/{path}", tmp_path / "again.git", "--mirror")
    assert again.text("for-each-ref") == here.text("for-each-ref")
    again.fsck()
    ours = {entry: value["oid"] for entry, value in tree(server, path).items() if value["type"] == "file"}
    theirs = dict(reversed(line.split(" ", 2)[2].split("\t")) for line in here.text("ls-tree", "-r", "main").splitlines())
    assert len(theirs) > 100 and ours == theirs
    work = git.clone(f"{server.url}/{path}", tmp_path / "work")
    assert work.text("status", "--porcelain") == "" and work.text("diff", "hub036", "hub2", "--stat")
    server.git_fsck()


def test_the_directory_of_a_repository_is_a_git_repository(server, make):
    make("looked-at")
    assert server.git_fsck() > 0
    server.fsck()
