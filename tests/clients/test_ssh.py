"""Real git and git-lfs over SSH, through a real sshd that asks the hub for keys. Needs root, as sshd does."""
import getpass
import hashlib
import json
import os
import signal
import subprocess
import time

import pytest

from kit.server import Server, free_port
from kit.upload import add, add_large, commit, must, send_large
from sshd import Connected, Sshd

TYPES = {"model": "", "dataset": "datasets/", "space": "spaces/"}
FILES = {"README.md": b"# Hello\n", "a/b/c.txt": b"deep\n", "binary.dat": bytes(range(256)) * 40}


@pytest.fixture(scope="module")
def hub():
    port = free_port()
    with Server(port=port, KOHAKU_HUB_BASE_URL=f"http://127.0.0.1:{port}") as server:
        server.user("alice"), server.user("bob")
        yield server


@pytest.fixture(scope="module")
def sshd(hub):
    running = Sshd(hub)
    yield running
    running.stop()


@pytest.fixture
def alice(hub, sshd, tmp_path):
    return Connected(hub, sshd, hub.people["alice"], tmp_path)


@pytest.fixture
def bob(hub, sshd, tmp_path):
    return Connected(hub, sshd, hub.people["bob"], tmp_path)


@pytest.fixture
def make(hub):
    def call(name, type="model", **fields):
        sdk = {"sdk": "static"} if type == "space" else {}
        hub.post("/api/repos/create", {"name": name, "type": type, **sdk, **fields}, hub.people["alice"].token)
        return f"{TYPES[type]}alice/{name}"
    return call


def head(hub, path, revision="main", type="model"):
    answer = hub.request("GET", f"/api/{type}s/{path.removeprefix(TYPES[type])}/revision/{revision}",
                         token=hub.people["alice"].token)
    return answer.json()["sha"] if answer.status == 200 else None


@pytest.mark.parametrize("type", TYPES)
@pytest.mark.parametrize("private", [False, True])
def test_clone_of_what_the_api_made(hub, sshd, alice, make, tmp_path, type, private):
    path = make(f"cloned-{type}-{private}".lower(), type, private=private)
    lines = [{"key": "header", "value": {"summary": "Add"}}, *[add(name, content) for name, content in FILES.items()]]
    must(hub.request("POST", f"/api/{type}s/{path.removeprefix(TYPES[type])}/commit/main",
                     "\n".join(map(json.dumps, lines)).encode(), alice.person.token,
                     {"Content-Type": "application/x-ndjson"}))
    for number, spelling in enumerate([path, path + ".git", path + "/"]):
        here = alice.git.clone(sshd.url(spelling), tmp_path / f"clone-{number}")
        assert here.head() == head(hub, path, type=type)
        for file, content in FILES.items():
            assert (here.directory / file).read_bytes() == content
        here.fsck()


@pytest.mark.parametrize("protocol", [0, 1, 2])
def test_every_protocol(hub, sshd, alice, make, tmp_path, protocol):
    path = make(f"protocol-{protocol}")
    for number in range(4):
        must(commit(hub, alice.person.token, path, [add(f"f{number}.txt", os.urandom(10 ** number))]))
    versioned = ("-c", f"protocol.version={protocol}")
    done = alice.git(*versioned, "clone", sshd.url(path), tmp_path / "whole", GIT_TRACE_PACKET="1")
    assert ("< version 2" in done.err, "< version 1" in done.err) == (protocol == 2, protocol == 1)
    whole = alice.git.at(tmp_path / "whole")
    assert whole.text("rev-list", "--count", "HEAD") == "5" and whole.head() == head(hub, path)
    alice.git(*versioned, "clone", "-q", "--depth", "2", sshd.url(path), tmp_path / "shallow")
    shallow = alice.git.at(tmp_path / "shallow")
    assert shallow.text("rev-list", "--count", "HEAD") == "2"
    shallow(*versioned, "fetch", "-q", "--unshallow")
    assert shallow.text("rev-list", "--count", "HEAD") == "5"
    if protocol > 0:
        alice.git(*versioned, "clone", "-q", "--filter=blob:none", sshd.url(path), tmp_path / "part")
        assert len((tmp_path / "part" / "f3.txt").read_bytes()) == 1000
    must(commit(hub, alice.person.token, path, [add("later.txt", b"l")]))
    whole(*versioned, "pull", "-q")
    whole.commit("More", {"more.txt": b"m"})
    whole(*versioned, "push", "-q")
    assert whole.head() == head(hub, path)


def test_push_branches_tags_and_deletions(hub, sshd, alice, make, tmp_path):
    path = make("pushed", private=True)
    here = alice.git.clone(sshd.url(path), tmp_path / "here")
    here.commit("Files", FILES)
    said = here("push").err
    assert "main -> main" in said
    assert head(hub, path) == here.head()
    for name, content in FILES.items():
        answer = hub.request("GET", f"/{path}/resolve/main/{name}", token=alice.person.token)
        assert (answer.status, answer.body) == (200, content)
    assert "Everything up-to-date" in here("push").err
    here.commit("Noise, more than a pipe holds", {"noise.dat": os.urandom(3_000_000)})
    here("tag", "-a", "v1", "-m", "First")
    here("push", "-q", "--atomic", "origin", "main", "v1", "main:refs/heads/side")
    assert head(hub, path) == head(hub, path, "v1") == head(hub, path, "side") == here.head()
    here("push", "-q", "origin", "--delete", "side", "v1")
    assert head(hub, path, "side") is None and head(hub, path, "v1") is None
    here("push", "-q", "origin", "main:refs/heads/again")
    here("push", "-q", "origin", ":again", "main:fresh")
    assert head(hub, path, "again") is None and head(hub, path, "fresh") == here.head()
    again = alice.git.clone(sshd.url(path), tmp_path / "again")
    assert again.head() == here.head()
    again.fsck()


def test_refusals_are_told(hub, sshd, alice, make, tmp_path):
    path = make("refused")
    here = alice.git.clone(sshd.url(path), tmp_path / "here")
    base = here.head()
    here.commit("Large", {"sub/big.dat": os.urandom(10_000_000)})
    said = here.refuses("push", "--no-verify", "origin", "main")
    assert "remote: The file 'sub/big.dat' has 10000000 bytes" in said and "git lfs migrate import" in said, said
    # The pack is larger than what is on its way when the refusal comes: it is not read to its end.
    said = here.refuses("push", "--no-verify", "origin", "main:refs/pr/1")
    assert "remote: refs/pr/1: " in said, said
    here("reset", "-q", "--hard", base)
    said = here.refuses("push", "origin", "main:refs/pr/1")
    assert "remote rejected" in said and "refs/pr/1" in said, said
    assert "remote rejected" in here.refuses("push", "origin", "--delete", "main")
    must(commit(hub, alice.person.token, path, [add("first.txt", b"1")]))
    here.commit("Late", {"late.txt": b"l"})
    assert "rejected" in here.refuses("push")
    assert "rejected" in here.refuses("push", "--force")
    here("pull", "-q", "--rebase")
    here("push", "-q")
    assert head(hub, path) == here.head()


def test_what_is_not_theirs(hub, sshd, alice, bob, make, tmp_path):
    private, public, gated = make("private", private=True), make("public"), make("gated")
    must(hub.request("PUT", f"/api/models/{gated}/settings", {"gated": "manual"}, alice.person.token))
    said = bob.git.refuses("clone", sshd.url(private), tmp_path / "no")
    assert "not found" in said, said
    missing = bob.git.refuses("clone", sshd.url(private + "x"), tmp_path / "no")
    assert missing.replace(private + "x", private) == said
    here = bob.git.clone(sshd.url(public), tmp_path / "public")
    here.commit("Mine", {"a.txt": b"a"})
    said = here.refuses("push")
    assert "kohakuhub: You do not have the right" in said, said
    assert "restricted" in bob.git.refuses("clone", sshd.url(gated), tmp_path / "no")
    alice.git.clone(sshd.url(gated), tmp_path / "gated")


def test_lfs(hub, sshd, alice, make, tmp_path):
    path = make("weights", private=True)
    here = alice.git.clone(sshd.url(path), tmp_path / "here")
    here("lfs", "install", "--local")
    big, small = os.urandom(12_000_000), b"small but by suffix"
    here.commit("Large", {"big.bin": big, "w.safetensors": small})
    here("push", "-q")
    assert head(hub, path) == here.head()
    assert hub.request("GET", f"/{path}/resolve/main/big.bin", token=alice.person.token).body == big
    content = os.urandom(500_000)
    must(send_large(hub, alice.person.token, path, content))
    must(commit(hub, alice.person.token, path, [add_large("api.bin", content)]))
    here("pull", "-q")
    assert (here.directory / "api.bin").read_bytes() == content
    again = alice.git.clone(sshd.url(path), tmp_path / "again")
    for name, wanted in {"big.bin": big, "w.safetensors": small, "api.bin": content}.items():
        assert (again.directory / name).read_bytes() == wanted, name
    assert "OK" in again.text("lfs", "fsck")
    # Without git-lfs the pointer alone comes, and names nothing.
    oid = hashlib.sha256(b"nobody has this").hexdigest()
    (here.directory / "none.bin").write_text(f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 15\n")
    here("add", "none.bin")
    here("commit", "-q", "-m", "Pointer")
    assert oid in here.refuses("push", "--no-verify", "origin", "main")


def test_a_removed_key_opens_nothing(hub, sshd, alice, make, tmp_path):
    path, url = make("keyed"), f"/api/user/keys/{alice.id}"
    assert hub.request("GET", url, token=alice.person.token).json()["last_used"] is None
    alice.git.clone(sshd.url(path), tmp_path / "here")
    assert hub.request("GET", url, token=alice.person.token).json()["last_used"]
    assert hub.request("DELETE", url, token=alice.person.token).status == 200
    assert "Permission denied (publickey)" in alice.git.refuses("clone", sshd.url(path), tmp_path / "no")


def test_there_is_nothing_else(hub, sshd, alice, tmp_path):
    for asked in ["", "sh", "id; git-upload-pack 'alice/x'", "git-upload-pack '../../etc'"]:
        done = alice.ssh(asked)
        assert done.returncode == 1 and done.stdout == b"" and b"kohakuhub: " in done.stderr, done
    terminal = subprocess.run([*alice.command()[:-1], "-tt", alice.command()[-1]], stdin=subprocess.DEVNULL,
                              capture_output=True, check=False, timeout=60)
    assert terminal.returncode != 0 and b"PTY allocation request failed" in terminal.stderr, terminal
    copied = subprocess.run(["sftp", *alice.sshd.options(alice.key), "-P", str(sshd.port), f"{getpass.getuser()}@127.0.0.1"],
                            input=b"ls /\n", capture_output=True, check=False, timeout=60)
    assert copied.returncode != 0 and b"etc" not in copied.stdout
    for forward in [["-W", f"127.0.0.1:{hub.port}"], ["-R", f"{free_port()}:127.0.0.1:{hub.port}"]]:
        done = subprocess.run([*alice.command()[:-1], "-o", "ExitOnForwardFailure=yes", *forward, "-N" if "-R" in forward else "-T",
                               alice.command()[-1]], input=b"GET /health HTTP/1.0\r\n\r\n", capture_output=True,
                              check=False, timeout=60)
        assert done.returncode != 0 and b"200" not in done.stdout, done


def test_an_end_of_input_is_an_end(hub, sshd, alice, make):
    path = make("ended")
    for service in ["git-upload-pack", "git-receive-pack"]:
        done = alice.ssh(f"{service} '{path}'")
        assert done.returncode == 0 and head(hub, path).encode() in done.stdout, done


def test_one_user_does_not_take_all_places(hub, sshd, alice, bob, make):
    path = make("crowded")
    environment = {"PATH": os.environ["PATH"], "SSH_ORIGINAL_COMMAND": f"git-receive-pack '{path}'"}
    waiting = [subprocess.Popen(hub.command("ssh-serve", "--data-dir", str(hub.data_dir), str(alice.id)), env=environment,
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(32)]
    try:
        assert all(process.stdout.read(4) == b"00b0" for process in waiting)
        refused = alice.ssh(f"git-upload-pack '{path}'")
        assert refused.returncode == 1 and b"too many" in refused.stderr, refused
        assert bob.ssh(f"git-upload-pack '{path}'").returncode == 0
    finally:
        for process in waiting:
            process.communicate()
    assert [process.returncode for process in waiting] == [0] * 32
    assert alice.ssh(f"git-upload-pack '{path}'").returncode == 0


def begin_push(alice, path, here, portion):
    """A push whose client stops in the middle of its pack."""
    pack = here("pack-objects", "--revs", "--stdout", input="HEAD\n").stdout
    client = subprocess.Popen(alice.command(f"git-receive-pack '{path}'"), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE)
    line = f"{head(alice.hub, path)} {here.head()} refs/heads/main\0report-status side-band-64k\n".encode()
    client.stdin.write(f"{len(line) + 4:04x}".encode() + line + b"0000" + pack[:int(len(pack) * portion)])
    client.stdin.flush()
    return client, pack[int(len(pack) * portion):]


def staging_files(hub):
    return [path for path in (hub.data_dir / "repositories").rglob("staging/*")]


def test_a_client_that_goes_leaves_nothing(hub, sshd, alice, make, tmp_path):
    path = make("cut")
    before, here = head(hub, path), alice.git.clone(sshd.url(path), tmp_path / "here")
    here.commit("Noise", {"noise.dat": os.urandom(5_000_000)})
    client, _ = begin_push(alice, path, here, 0.5)
    deadline = time.monotonic() + 20
    while not staging_files(hub):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    client.kill()
    client.wait()
    while staging_files(hub):
        assert time.monotonic() < deadline, staging_files(hub)
        time.sleep(0.02)
    assert head(hub, path) == before
    here("push", "-q")
    assert head(hub, path) == here.head()


@pytest.mark.timeout(300)
def test_a_client_that_falls_silent_is_sent_away(hub, sshd, alice, make, tmp_path):
    """After the minute that a push may pause; and after two, one that began to fetch."""
    path = make("silent")
    before, here = head(hub, path), alice.git.clone(sshd.url(path), tmp_path / "here")
    here.commit("Noise", {"noise.dat": os.urandom(5_000_000)})
    fetching = subprocess.Popen(alice.command(f"git-upload-pack '{path}'"), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)
    assert before.encode() in fetching.stdout.read(50)
    pushing, _ = begin_push(alice, path, here, 0.5)
    started = time.monotonic()
    pushing.wait(100)
    assert 50 < time.monotonic() - started
    said = pushing.stdout.read()
    assert b"Nothing was sent or taken for too long." in said and b"ng refs/heads/main" in said, said
    assert not staging_files(hub) and head(hub, path) == before
    assert fetching.poll() is None
    fetching.wait(100)
    assert 110 < time.monotonic() - started


def test_a_server_that_stops(hub, sshd, alice, make, tmp_path):
    path = make("stopped")
    here = alice.git.clone(sshd.url(path), tmp_path / "here")
    here.commit("Noise", {"noise.dat": os.urandom(5_000_000)})
    waiting = subprocess.Popen(alice.command(f"git-receive-pack '{path}'"), stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    waiting.stdout.read(4)
    client, rest = begin_push(alice, path, here, 0.5)
    while not staging_files(hub):
        time.sleep(0.02)
    hub.process.send_signal(signal.SIGTERM)
    waiting.stdout.read()  # who had not begun is sent away at once
    client.stdin.write(rest)  # who had begun comes to an end
    client.stdin.flush()
    answer = client.stdout.read()
    assert b"unpack ok" in answer and b"ok refs/heads/main" in answer, answer
    assert hub.process.wait(20) == 0
    hub.process = None
    refused = alice.git.refuses("clone", sshd.url(path), tmp_path / "no")
    assert "Permission denied" in refused
    hub.start()
    assert head(hub, path) == here.head()
