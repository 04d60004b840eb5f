"""What every way to a file leaves in the journal of events: one event for each request that has to do with a
download, and by decision 19 what of it counts. Read from the journal itself, right after the client has its
answer."""
import hashlib
import http.client
import json
import random
import subprocess
import time

import pytest

from environment import client_environment, python, run
from kit.events import GIT_FETCH_FILE, Events, file_of, who
from kit.gitwork import Git, with_token
from kit.server import CLIENTS, Server, free_port
from kit.upload import add, add_large, batch, commit, must, send_large
from sshd import Connected, Sshd
from transfer import UPLOAD

SMALL = b"a small file\n"
SMALL_ID = hashlib.sha1(b"blob %d\0" % len(SMALL) + SMALL).hexdigest()
LARGE = random.Random(7).randbytes(3_000_001)
LARGE_ID = hashlib.sha256(LARGE).hexdigest()
LFS = {"Content-Type": "application/vnd.git-lfs+json", "Accept": "application/vnd.git-lfs+json"}

NPM = """
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
const require = createRequire(process.env.NODE_CLIENT + "/package.json");
const hub = await import(pathToFileURL(require.resolve("@huggingface/hub")).href);
const [repo, path, way] = process.argv.slice(2);
const blob = await hub.downloadFile({ repo, path, hubUrl: process.env.HF_ENDPOINT, xet: way === "xet" });
console.log((await blob.arrayBuffer()).byteLength);
"""


@pytest.fixture(scope="module")
def hub():
    port = free_port()
    with Server(port=port, KOHAKU_HUB_BASE_URL=f"http://127.0.0.1:{port}") as server:
        alice = server.user("alice")
        server.user("bob")
        for name in ("open", "by-xet"):
            server.post("/api/repos/create", {"name": name}, alice.token)
        fill(server, "alice/open")
        yield server


@pytest.fixture(scope="module")
def by_xet(hub, tmp_path_factory):
    """A repository whose large file came by Xet."""
    directory = tmp_path_factory.mktemp("by-xet")
    (directory / "large.bin").write_bytes(LARGE)
    run([python("hub2"), "-c", UPLOAD, "alice/by-xet", str(directory / "large.bin"), "large.bin"],
        client_environment(hub, directory, hub.people["alice"].token))
    return "alice/by-xet"


@pytest.fixture
def events(hub):
    journal = Events(hub.data_dir)
    journal.take()
    return journal


@pytest.fixture
def git(tmp_path):
    return Git(tmp_path / "home")


def fill(server, repo):
    token = server.people["alice"].token
    must(send_large(server, token, repo, LARGE))
    must(commit(server, token, repo, [add("folder/config.json", SMALL), add_large("large.bin", LARGE), add(
        ".gitattributes", b"*.bin filter=lfs diff=lfs merge=lfs -text\n")]))


def account(hub, name):
    with hub.database() as database:
        return database.execute("SELECT id FROM account WHERE name = ?", [name]).fetchone()[0]


def told(found):
    return [(event.door, event.method, event.status, event.counted) for event in found]


def counted(found):
    return [event for event in found if event.counted]


def ask(hub, path, method="GET", token=None, **headers):
    return hub.request(method, path, token=token,
                       headers={"User-Agent": "curl/8.0", **{name.replace("_", "-"): value for name, value in
                                                             headers.items()}})


@pytest.mark.parametrize("prefix", ["", "/models"])
@pytest.mark.parametrize("door", ["resolve", "raw"])
def test_plain_requests(hub, events, prefix, door):
    path = f"{prefix}/alice/open/{door}/main/folder/config.json"
    etag = f'"{SMALL_ID}"'
    cases = [("GET", {}, 200, len(SMALL)), ("HEAD", {}, 200, 0), ("GET", {"If_None_Match": etag}, 304, 0),
             ("HEAD", {"If_None_Match": etag}, 304, 0), ("GET", {"Range": "bytes=2-4"}, 206, 3),
             ("GET", {"Range": "bytes=500-"}, 416, None), ("GET", {"If_Match": '"other"'}, 412, None)]
    for method, headers, status, size in cases:
        before = time.time()
        answer = ask(hub, path, method, **headers)
        assert answer.status == status
        [event] = events.take()
        assert (event.door, event.method, event.status) == (door, method, status)
        assert event.counted == (method == "GET" and status in (200, 206))
        assert event.bytes == len(answer.body) and (size is None or size == event.bytes)
        assert (event.repository, event.type, event.path, event.revision) == (
            "alice/open", "model", "folder/config.json", "main")
        assert (event.user, event.owner) == (0, account(hub, "alice"))
        assert (event.address, event.user_agent) == ("127.0.0.1", "curl/8.0")
        assert event.files == [file_of(SMALL_ID)]
        assert not event.preview and not event.download_counter and event.who is None
        assert abs(event.at / 1e6 - before) < 10 and 0 <= event.duration < 10_000_000


def test_who_asks(hub, events):
    ask(hub, "/alice/open/resolve/main/folder/config.json", token=hub.people["bob"].token,
        X_HF_Download_Counter="1")
    [event] = events.take()
    assert event.user == account(hub, "bob") and event.download_counter and event.counted


def test_what_is_not_there(hub, events):
    ask(hub, "/alice/open/resolve/main/folder/none.json")
    ask(hub, "/alice/open/resolve/none/folder/config.json")
    missing, unknown = events.take()
    assert told([missing, unknown]) == [("resolve", "GET", 404, False)] * 2
    assert (missing.path, missing.revision, missing.files) == ("folder/none.json", "main", [])
    assert (unknown.path, unknown.revision) == ("none/folder/config.json", "")
    assert ask(hub, "/alice/nothing/resolve/main/config.json").status == 404
    assert ask(hub, "/alice/open/resolve/main/folder/config.json", token="hf_wrong").status == 401
    assert events.take() == []


def test_a_revision_with_slashes(hub, events):
    hub.post("/api/models/alice/open/branch/a%2Fb", {}, hub.people["alice"].token)
    assert ask(hub, "/alice/open/resolve/a%2Fb/large.bin", "HEAD").status == 200
    assert ask(hub, "/alice/open/resolve/a/b/folder/config.json").status == 200
    assert [(event.revision, event.path) for event in events.take()] == [
        ("a/b", "large.bin"), ("a/b", "folder/config.json")]


def test_previews_of_the_web_page(hub, events):
    path = "/alice/open/resolve/main/folder/config.json"
    ask(hub, path, Sec_Fetch_Site="same-origin", Sec_Fetch_Mode="cors")
    ask(hub, path, Sec_Fetch_Site="same-origin", Sec_Fetch_Mode="no-cors")
    ask(hub, path, Sec_Fetch_Site="same-origin", Sec_Fetch_Mode="navigate")
    ask(hub, path, Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="cors")
    assert [(event.preview, event.counted) for event in events.take()] == [
        (True, False), (True, False), (False, True), (False, True)]


def test_a_large_file_is_one_file_at_every_door(hub, events):
    assert ask(hub, "/alice/open/resolve/main/large.bin").body == LARGE
    assert ask(hub, "/alice/open/resolve/main/large.bin", Range="bytes=1-10").status == 206
    pointer = ask(hub, "/alice/open/raw/main/large.bin").body
    whole, part, raw = events.take()
    assert whole.files == part.files == [file_of(LARGE_ID)]
    assert (whole.bytes, part.bytes, raw.bytes) == (len(LARGE), 10, len(pointer))
    assert raw.files == [file_of(hashlib.sha1(b"blob %d\0" % len(pointer) + pointer).hexdigest())]


def test_a_client_that_goes_away(hub, events):
    connection = http.client.HTTPConnection("127.0.0.1", hub.port)
    connection.request("GET", "/alice/open/resolve/main/large.bin")
    assert connection.getresponse().read(1)
    connection.close()
    found = []
    for _ in range(200):
        found += events.take()
        if found:
            break
        time.sleep(0.02)
    [event] = found
    assert 0 < event.bytes <= len(LARGE) and event.status == 200


def test_moved_repositories(hub, events, git, tmp_path):
    token = hub.people["alice"].token
    hub.post("/api/repos/create", {"name": "before"}, token)
    fill(hub, "alice/before")
    hub.post("/api/repos/move", {"fromRepo": "alice/before", "toRepo": "alice/after", "type": "model"}, token)
    path = "/alice/before/resolve/main/folder/config.json"
    answer = ask(hub, path, X_HF_Download_Counter="1")
    [event] = events.take()
    assert answer.status == event.status == 307 and event.path == path
    assert event.repository == "alice/after" and not event.counted and not event.download_counter
    assert ask(hub, answer.headers["Location"]).status == 200
    git.clone(f"{hub.url}/alice/before", tmp_path / "clone", GIT_LFS_SKIP_SMUDGE="1")
    assert [event.repository for event in events.take()] == ["alice/after"] * 2


def lfs(hub, operation, *objects, token=None, repo="alice/open"):
    return hub.request("POST", f"/{repo}.git/info/lfs/objects/batch", json.dumps({
        "operation": operation, "transfers": ["basic"],
        "objects": [{"oid": oid, "size": size} for oid, size in objects]}).encode(), token, LFS)


def test_lfs(hub, events):
    answer = lfs(hub, "download", (LARGE_ID, len(LARGE)), ("0" * 64, 5), token=hub.people["bob"].token)
    link = must(answer).json()["objects"][0]["actions"]["download"]["href"]
    assert hub.request("GET", link).body == LARGE
    assert hub.request("HEAD", link).status == 200
    assert hub.request("GET", link + "0").status == 403
    asked, got, looked = events.take()
    assert told([asked, got, looked]) == [("lfs_batch", "POST", 200, True), ("lfs_object", "GET", 200, False),
                                          ("lfs_object", "HEAD", 200, False)]
    assert asked.files == got.files == [file_of(LARGE_ID)]
    assert (asked.bytes, got.bytes, looked.bytes) == (len(answer.body), len(LARGE), 0)
    assert asked.user == got.user == account(hub, "bob")


def test_lfs_that_gives_nothing(hub, events):
    assert lfs(hub, "download", ("0" * 64, 5)).status == 200
    assert lfs(hub, "other").status == 422
    assert told(events.take()) == [("lfs_batch", "POST", 200, False), ("lfs_batch", "POST", 422, False)]
    assert batch(hub, hub.people["alice"].token, "alice/open", b"new").status == 200
    assert batch(hub, hub.people["bob"].token, "alice/open", b"new").status == 403
    assert events.take() == []


@pytest.mark.parametrize("protocol", [0, 1, 2])
def test_git(hub, events, git, tmp_path, protocol):
    git("config", "--global", "protocol.version", protocol)
    git("config", "--global", "filter.lfs.smudge", "git-lfs smudge --skip -- %f")
    git("config", "--global", "filter.lfs.process", "git-lfs filter-process --skip")
    here = git.clone(f"{hub.url}/alice/open", tmp_path / "clone")
    [event] = events.take()
    assert (event.door, event.method, event.status, event.counted) == ("git_fetch", "POST", 200, True)
    assert event.files == [GIT_FETCH_FILE] and event.user == 0 and (event.path, event.revision) == ("", "")
    assert event.user_agent.startswith("git/") and event.bytes > 100
    here("fetch", "origin")
    here("ls-remote")
    assert events.take() == [], "nothing new is no fetch"
    must(commit(hub, hub.people["alice"].token, "alice/open", [add(f"new-{protocol}.txt", b"new")]))
    for number in range(60):  # enough to negotiate more than once
        here("commit", "-q", "--allow-empty", "-m", f"local {number}")
    here("fetch", "origin")
    [event] = events.take()
    assert event.counted, "however many rounds it took"
    assert here.text("show", f"origin/main:new-{protocol}.txt") == "new"


def test_git_push_is_no_download(hub, events, git, tmp_path):
    here = git.init(tmp_path / "new")
    hub.post("/api/repos/create", {"name": "pushed"}, hub.people["alice"].token)
    here.commit("First", {"a.txt": b"a"})
    here("push", "-q", with_token(hub, hub.people["alice"], "alice/pushed"), "main", "--force")
    assert events.take() == []


def test_git_lfs(hub, events, git, tmp_path):
    here = git.clone(with_token(hub, hub.people["bob"], "alice/open"), tmp_path / "clone", GIT_LFS_SKIP_SMUDGE="1")
    assert [event.door for event in events.take()] == ["git_fetch"]
    here("lfs", "pull")
    assert (here.directory / "large.bin").read_bytes() == LARGE
    found = events.take()
    assert told(found) == [("lfs_batch", "POST", 200, True), ("lfs_object", "GET", 200, False)]
    assert {event.user for event in found} == {account(hub, "bob")}
    assert found[0].files == [file_of(LARGE_ID)] and found[1].bytes == len(LARGE)


DOWNLOAD = """
import sys
from huggingface_hub import hf_hub_download
print(open(hf_hub_download(sys.argv[1], sys.argv[2]), "rb").read()[:1])
"""


def download(hub, home, repo, path="large.bin", client="hub2", way="xet", token=None):
    run([python(client), "-c", DOWNLOAD, repo, path], client_environment(hub, home, token, way))


@pytest.mark.parametrize("name", [None, "bob"])
def test_python_by_xet(hub, by_xet, events, tmp_path, name):
    user = account(hub, name) if name else 0
    download(hub, tmp_path, by_xet, token=hub.people[name].token if name else None)
    found = events.take()
    [counts] = counted(found)
    assert counts.door == "xet_reconstruction" and counts.files == [file_of(LARGE_ID)]
    assert {event.door for event in found} == {"resolve", "metadata", "xet_reconstruction", "xet_fetch"}
    assert {event.repository for event in found} == {by_xet} and {event.user for event in found} == {user}
    assert sum(event.bytes for event in found if event.door == "xet_fetch") > len(LARGE) * 0.9
    [head] = [event for event in found if event.door == "resolve"]
    assert (head.method, head.path, head.files) == ("HEAD", "large.bin", [file_of(LARGE_ID)])
    assert all(event.download_counter for event in found if event.door in ("resolve", "metadata"))
    # The same one as asks for the plain file.
    assert counts.who == (who(hub.data_dir, user=user) if user else
                          who(hub.data_dir, address="127.0.0.1", program="hf"))


@pytest.mark.parametrize("client,way", [("hub2", "lfs"), ("hub036", "lfs"), ("hub036", "xet"), ("hub1", "lfs")])
def test_python_of_every_age(hub, by_xet, events, tmp_path, client, way):
    download(hub, tmp_path, by_xet, client=client, way=way, token=hub.people["bob"].token)
    found = events.take()
    [counts] = counted(found)
    assert counts.door == ("resolve" if way == "lfs" else "xet_reconstruction")
    assert counts.files == [file_of(LARGE_ID)]
    if way == "lfs":
        assert counts.bytes == len(LARGE)
        assert [event.method for event in found if event.door == "resolve"] == ["HEAD", "GET"]


def test_a_file_that_the_client_has_is_a_head_only(hub, events, tmp_path):
    download(hub, tmp_path, "alice/open", "folder/config.json")
    assert len(counted(events.take())) == 1
    download(hub, tmp_path, "alice/open", "folder/config.json")
    found = events.take()
    assert counted(found) == [] and [event.method for event in found if event.door == "resolve"] == ["HEAD"]
    assert all(event.download_counter for event in found)


@pytest.mark.parametrize("way", ["xet", "lfs"])
def test_javascript(hub, by_xet, events, tmp_path, way):
    script = tmp_path / "download.mjs"
    script.write_text(NPM)
    done = run(["node", str(script), by_xet, "large.bin", way],
               client_environment(hub, tmp_path, NODE_CLIENT=str(CLIENTS / "npm")))
    assert int(done.stdout) == len(LARGE)
    found = events.take()
    asked, *others = found
    assert (asked.door, asked.method, asked.counted) == ("metadata", "GET", False), "the file's facts only"
    assert {event.door for event in counted(found)} == {"xet_reconstruction" if way == "xet" else "resolve"}
    assert {file for event in counted(others) for file in event.files} == {file_of(LARGE_ID)}


def test_metadata_without_the_counter(hub, events):
    for headers in ({}, {"X_HF_Download_Counter": "1"}):
        ask(hub, "/api/models/alice/open", **headers)
        ask(hub, "/api/models/alice/open/revision/main", **headers)
        ask(hub, "/api/models/alice/open/tree/main", **headers)
        ask(hub, "/api/models/alice/open/xet-read-token/main", **headers)
        hub.request("POST", "/api/models/alice/open/paths-info/main", {"paths": ["large.bin"]},
                    headers={name.replace("_", "-"): value for name, value in headers.items()})
    found = events.take()
    assert told(found) == [("metadata", "GET", 200, False)] * 4 + [("metadata", "POST", 200, False)]
    assert [event.path for event in found] == [
        f"/api/models/alice/open{path}" for path in ("", "/revision/main", "/tree/main", "/xet-read-token/main",
                                                     "/paths-info/main")]


def every_door(hub, repo, token):
    ask(hub, f"/{repo}/resolve/main/folder/config.json", token=token)
    ask(hub, f"/{repo}/raw/main/folder/config.json", token=token)
    ask(hub, f"/api/models/{repo}", token=token, X_HF_Download_Counter="1")
    lfs(hub, "download", (LARGE_ID, len(LARGE)), token=token, repo=repo)
    hub.request("POST", f"/{repo}/git-upload-pack", b"0000", token,
                {"Content-Type": "application/x-git-upload-pack-request"})


def test_private_repositories(hub, events):
    alice = hub.people["alice"].token
    hub.post("/api/repos/create", {"name": "hidden", "private": True}, alice)
    fill(hub, "alice/hidden")
    for token in (None, hub.people["bob"].token):
        every_door(hub, "alice/hidden", token)
    assert events.take() == [], "who may not know of it leaves no trace"
    every_door(hub, "alice/hidden", alice)
    found = events.take()
    assert [event.door for event in found] == ["resolve", "raw", "metadata", "lfs_batch"]
    assert {event.user for event in found} == {account(hub, "alice")}


def test_gated_repositories(hub, events):
    alice = hub.people["alice"].token
    hub.post("/api/repos/create", {"name": "gated"}, alice)
    fill(hub, "alice/gated")
    must(hub.request("PUT", "/api/models/alice/gated/settings", {"gated": "manual"}, alice))
    for name, status in ((None, 401), ("bob", 403)):
        every_door(hub, "alice/gated", hub.people[name].token if name else None)
        found = events.take()
        assert [(event.door, event.status) for event in found] == [
            ("resolve", status), ("raw", status), ("metadata", 200), ("lfs_batch", status), ("git_fetch", status)]
        assert counted(found) == [] and {event.user for event in found} == {account(hub, name) if name else 0}


def test_ssh(hub, events, tmp_path):
    sshd = Sshd(hub)
    try:
        bob = Connected(hub, sshd, hub.people["bob"], tmp_path)
        here = bob.git.clone(sshd.url("alice/open"), tmp_path / "clone", GIT_LFS_SKIP_SMUDGE="1")
        [event] = events.take()
        assert (event.door, event.method, event.status, event.counted) == ("git_fetch", "SSH", 200, True)
        assert (event.user, event.address) == (account(hub, "bob"), "127.0.0.1")
        assert event.user_agent == "git/" + git_version()
        assert event.files == [GIT_FETCH_FILE] and event.bytes > 100
        here("fetch", "origin")
        assert events.take() == []
    finally:
        sshd.stop()


def git_version():
    return subprocess.run(["git", "version"], capture_output=True, text=True, check=True).stdout.split()[2]


def test_the_clock_of_a_test():
    midnight = 20_000 * 86_400 * 1_000_000
    server = Server()
    server.stop_clock(midnight)
    with server:
        alice = server.user("alice")
        server.post("/api/repos/create", {"name": "open"}, alice.token)
        must(commit(server, alice.token, "alice/open", [add("a.txt", b"a")]))
        events = Events(server.data_dir)
        ask(server, "/alice/open/resolve/main/a.txt")
        server.stop_clock(midnight - 1)
        ask(server, "/alice/open/resolve/main/a.txt")
        assert [event.at for event in events.take()] == [midnight, midnight - 1]
