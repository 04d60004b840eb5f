"""Hostile pushes and fetches: refused with a sentence, nothing visible, memory and time bounded, never a 5xx."""
import gzip
import hashlib
import itertools
import os
import struct
import time
import zlib

import pytest

from kit.gitwork import Git, with_token
from kit.server import Server
from kit.upload import send_large

MEMORY = 64 << 20  # what the server may grow by


@pytest.fixture(scope="module")
def server():
    with Server() as hub:
        hub.user("alice"), hub.user("bob")
        yield hub
        hub.fsck()


numbers = itertools.count()


@pytest.fixture
def target(server):
    name = f"git-target-{next(numbers)}"
    server.post("/api/repos/create", {"name": name}, server.people["alice"].token)
    return f"alice/{name}"


def resident(server) -> int:
    with open(f"/proc/{server.process.pid}/status") as status:
        return next(int(line.split()[1]) << 10 for line in status if line.startswith("VmRSS"))


def head_of(server, repo) -> str:
    return server.request("GET", f"/api/models/{repo}").json()["sha"]


# Packs made by hand

def object_id(kind: str, content: bytes) -> str:
    return hashlib.sha1(f"{kind} {len(content)}".encode() + b"\0" + content).hexdigest()


def entry(kind: int, size: int, packed: bytes, before: bytes = b"") -> bytes:
    first, size = (kind << 4) | (size & 15), size >> 4
    out = bytearray()
    while size:
        out.append(first | 0x80)
        first, size = size & 0x7F, size >> 7
    return bytes(out) + bytes([first]) + before + packed


def pack(entries: list[bytes]) -> bytes:
    body = b"PACK" + struct.pack(">II", 2, len(entries)) + b"".join(entries)
    return body + hashlib.sha1(body).digest()


KINDS = {"commit": 1, "tree": 2, "blob": 3, "tag": 4}


def whole(kind: str, content: bytes) -> bytes:
    return entry(KINDS[kind], len(content), zlib.compress(content))


def tree(*entries: tuple[str, bytes, str]) -> bytes:
    return b"".join(f"{mode} ".encode() + name + b"\0" + bytes.fromhex(id) for mode, name, id in entries)


def commit_of(tree_id: str, parent: str | None = None) -> bytes:
    who = "T <t@example.org> 1600000000 +0000"
    return (f"tree {tree_id}\n" + (f"parent {parent}\n" if parent else "")
            + f"author {who}\ncommitter {who}\n\nHostile\n").encode()


def pkt(text: bytes) -> bytes:
    return f"{len(text) + 4:04x}".encode() + text


def send(server, repo, commands: list[tuple[str, str, bytes]], packed: bytes, person="alice", **headers):
    """The answer to a push of these (old, new, ref)."""
    lines = [old.encode() + b" " + new.encode() + b" " + ref for old, new, ref in commands]
    lines[0] += b"\0report-status side-band-64k"
    body = b"".join(map(pkt, lines)) + b"0000" + packed
    answer = server.request("POST", f"/{repo}/git-receive-pack", body, server.people[person].token,
                            {"Content-Type": "application/x-git-receive-pack-request", **headers}, timeout=600)
    assert answer.status < 500, (answer.status, answer.body[:500])
    return answer


def push_tree(server, repo, tree_id, objects: list[tuple[str, bytes]]) -> bytes:
    """Pushes a commit of this tree upon main; what the server said."""
    head = head_of(server, repo)
    made = commit_of(tree_id, head)
    packed = pack([whole(kind, content) for kind, content in [*objects, ("commit", made)]])
    answer = send(server, repo, [(head, object_id("commit", made), b"refs/heads/main")], packed)
    assert answer.status == 200
    if b"ok refs/heads/main" not in answer.body:
        assert head_of(server, repo) == head
    return answer.body


BLOB = b"content\n"
BLOB_ID = object_id("blob", BLOB)

NAMES = [b".git", b".GIT", b".Git ", b"git~1", b"GIT~1", b".git.", b".g\xe2\x80\x8cit", b".git::$INDEX_ALLOCATION", b"..",
         b".", b"a\\b", b"a\nb", b"\x1b[31m", b"\xff\xfe", b"x" * 256, b"CON\x01", b"a/b", b""]


@pytest.mark.parametrize("number", range(len(NAMES)))
@pytest.mark.parametrize("deep", [False, True])
def test_names(server, target, number, deep):
    name = NAMES[number]
    for mode, content, kind in [("100644", BLOB, "blob"), ("40000", tree(("100644", b"f", BLOB_ID)), "tree"),
                                ("120000", BLOB, "blob")]:
        objects = [("blob", BLOB)] + ([("tree", content)] if kind == "tree" else [])
        inner = tree((mode, name, object_id(kind, content)))
        objects.append(("tree", inner))
        root = inner
        if deep:
            root = tree(("40000", b"sub", object_id("tree", inner)))
            objects.append(("tree", root))
        said = push_tree(server, target, object_id("tree", root), objects)
        assert b"ng refs/heads/main" in said, said
        assert b"\x1b" not in said


@pytest.mark.parametrize("link", [b"/etc/passwd", b"../x", b"a/../../x", b"..", b"C:\\x", b"\\\\host\\x", b"a\0b", b"x" * 5000,
                                  b"./../x", b"a/b/../../../x"])
def test_links_that_lead_out(server, target, link):
    root = tree(("120000", b"link", object_id("blob", link)))
    said = push_tree(server, target, object_id("tree", root), [("blob", link), ("tree", root)])
    assert b"ng refs/heads/main" in said


@pytest.mark.parametrize("mode", ["100664", "100600", "100777", "0100644", "104755"])
def test_odd_modes_do_not_lead_around_the_rules(server, target, mode):
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'ab' * 32}\nsize 1000\n".encode()
    root = tree((mode, b"model.bin", object_id("blob", pointer)))
    said = push_tree(server, target, object_id("tree", root), [("blob", pointer), ("tree", root)])
    assert b"ng refs/heads/main" in said


MODULES = [b'[submodule "../../x"]\n\tpath = a\n\turl = https://example.org/x\n',
           b'[submodule "x"]\n\tpath = -a\n\turl = https://example.org/x\n',
           b'[submodule "x"]\n\tpath = a\n\turl = -u./evil\n',
           b'[submodule "x"]\n\tpath = a\n\turl = https://example.org?%0ahost=evil.example.org/x\n',
           b'[submodule "x"]\n\tpath = a\n\turl = https://example.org/x\n\tupdate = !touch /tmp/evil\n']


@pytest.mark.parametrize("number", range(len(MODULES) + 1))
def test_gitmodules(server, target, number):
    if number == len(MODULES):  # a link in its place
        content, mode = b"elsewhere", "120000"
    else:
        content, mode = MODULES[number], "100644"
    root = tree((mode, b".gitmodules", object_id("blob", content)))
    said = push_tree(server, target, object_id("tree", root), [("blob", content), ("tree", root)])
    assert b"ng refs/heads/main" in said, said


def test_a_tree_that_stands_for_more_files_than_there_are_atoms(server, target):
    objects, before, started = [("blob", BLOB)], resident(server), time.monotonic()
    level, mode = BLOB_ID, "100644"
    for _ in range(10):
        content = tree(*[(mode, f"d{number}".encode(), level) for number in range(10)])
        objects.append(("tree", content))
        level, mode = object_id("tree", content), "40000"
    said = push_tree(server, target, level, objects)
    assert b"too many paths" in said and b"ng refs/heads/main" in said, said
    assert time.monotonic() - started < 120
    assert resident(server) - before < MEMORY


def delta(base: int, result: int, commands: bytes) -> bytes:
    def number(value):
        out = bytearray()
        while value > 0x7F:
            out.append(value & 0x7F | 0x80)
            value >>= 7
        return bytes(out) + bytes([value])
    return number(base) + number(result) + commands


def test_a_delta_that_grows_to_gigabytes(server, target):
    head, before = head_of(server, target), resident(server)
    base = bytes(0x10000)
    grown = 40_000 * 0x10000  # 2.6 GB out of 160 KB
    bomb = delta(len(base), grown, b"\x80" * 40_000)
    packed = pack([whole("blob", base), entry(7, len(bomb), zlib.compress(bomb), bytes.fromhex(object_id("blob", base)))])
    answer = send(server, target, [(head, "1" * 40, b"refs/heads/main")], packed)
    assert b"ng refs/heads/main" in answer.body
    assert resident(server) - before < MEMORY


def test_a_very_deep_delta_chain(server, target):
    """Taken or refused, but never a broken server; what is taken can be read."""
    head = head_of(server, target)
    content, entries, offsets, at = b"0" * 100, [], [], 12
    first = whole("blob", content)
    entries.append(first)
    at += len(first)
    last = len(first)
    for number in range(6000):
        tail = f"{number:06}".encode()
        made = content[:94] + tail
        commands = delta(100, 100, bytes([0x90, 94, len(tail)]) + tail)
        distance, back = bytearray(), last
        distance.append(back & 0x7F)
        back >>= 7
        while back:
            back -= 1
            distance.append(0x80 | back & 0x7F)
            back >>= 7
        piece = entry(6, len(commands), zlib.compress(commands), bytes(reversed(distance)))
        entries.append(piece)
        last, content = len(piece), made
    root = tree(("100644", b"deep.txt", object_id("blob", content)))
    made = commit_of(object_id("tree", root), head)
    entries += [whole("tree", root), whole("commit", made)]
    answer = send(server, target, [(head, object_id("commit", made), b"refs/heads/main")], pack(entries))
    assert answer.status == 200
    if b"ok refs/heads/main" in answer.body:
        assert server.request("GET", f"/{target}/resolve/main/deep.txt").body == content
    else:
        assert head_of(server, target) == head


def test_damaged_packs(server, target):
    head = head_of(server, target)
    root = tree(("100644", b"f", BLOB_ID))
    made = commit_of(object_id("tree", root), head)
    good = pack([whole("blob", BLOB), whole("tree", root), whole("commit", made)])
    wanted = [(head, object_id("commit", made), b"refs/heads/main")]
    bad = [b"", b"PACK", good[:-1], good[:40], b"X" + good[1:], good[:8] + b"\xff\xff\xff\xff" + good[12:],
           good[:30] + b"\0" + good[31:], pack([whole("blob", BLOB), whole("tree", root)]), pack([whole("commit", made)]),
           pack([whole("tree", b"nonsense"), whole("commit", made)])]
    for packed in bad:
        answer = send(server, target, wanted, packed)
        assert b"ok refs/heads/main" not in answer.body, (packed[:50], answer.body)
        assert head_of(server, target) == head
    assert b"ok refs/heads/main" in send(server, target, wanted, good + b"what follows is not looked at").body


REFS = [b"refs/heads/--upload-pack=touch evil", b"refs/heads/-x", b"--upload-pack=x", b"refs/heads/../../x", b"refs/heads/a..b",
        b"refs/heads/x.lock", b"refs/heads/a\x7fb", b"refs/heads/a b", b"refs/heads/", b"HEAD", b"refs/heads/HEAD",
        b"refs/heads/\xff", b"refs/heads/" + b"x" * 300, b"refs/heads/" + b"x" * 60_000, b"refs/tags/@{x}", b"refs/heads/.a",
        b"refs/heads/a//b", b"refs/heads/" + b"1" * 40, b"config", b"../config", b"refs/heads/a\nb", b"refs/pr/1", b"refs/heads/a~1"]


def test_wild_ref_names(server, target):
    head = head_of(server, target)
    before = server.request("GET", f"/api/models/{target}/refs").json()
    for ref in REFS:
        answer = send(server, target, [("0" * 40, head, ref)], pack([]))
        assert b"ok refs" not in answer.body.replace(b"unpack ok", b""), (ref, answer.body)
    assert server.request("GET", f"/api/models/{target}/refs").json() == before


def test_malformed_requests(server, target):
    headers = {"Content-Type": "application/x-git-receive-pack-request"}
    token = server.people["alice"].token
    for body in [b"", b"zzzz", b"0001", b"0005x", b"fff0" + b"x" * 100, b"-001", b"+0x4", b"00 4", pkt(b"hello") + b"0000",
                 pkt(b"0" * 40 + b" " + b"1" * 40) + b"0000", pkt(b"g" * 40 + b" " + b"1" * 40 + b" refs/heads/x") + b"0000",
                 pkt(b"push-cert\0x") + b"0000", b"0" * 3]:
        answer = server.request("POST", f"/{target}/git-receive-pack", body, token, headers)
        assert 400 <= answer.status < 500, (body, answer.status)
    for body in [b"", b"zzzz", os.urandom(1000), pkt(b"want " + b"x" * 50), pkt(b"command=evil") + b"0000",
                 pkt(b"want " + b"1" * 40 + b"\n") + b"0000" + pkt(b"done\n")]:
        for version in ["", "version=1", "version=2", "version=2:--evil", "x" * 5000]:
            answer = server.request("POST", f"/{target}/git-upload-pack", body, headers={
                "Content-Type": "application/x-git-upload-pack-request", **({"Git-Protocol": version} if version else {})})
            assert answer.status < 500, (body, version, answer.status)
    for query in ["", "?service=git-evil", "?service=--help", "?service=git-upload-archive"]:
        assert server.request("GET", f"/{target}/info/refs{query}").status == 403


def test_compressed_bombs(server, target):
    before = resident(server)
    bomb = gzip.compress(bytes(1 << 30), 9)
    for service in ["git-upload-pack", "git-receive-pack"]:
        started = time.monotonic()
        answer = server.request("POST", f"/{target}/{service}", bomb, server.people["alice"].token, {
            "Content-Type": f"application/x-{service}-request", "Content-Encoding": "gzip"}, timeout=120)
        assert answer.status in (400, 413), answer.status
        assert time.monotonic() - started < 20
    zeros = gzip.compress(b"0004" * (64 << 20), 9)  # empty lines without end
    answer = server.request("POST", f"/{target}/git-receive-pack", zeros, server.people["alice"].token, {
        "Content-Type": "application/x-git-receive-pack-request", "Content-Encoding": "gzip"}, timeout=120)
    assert 400 <= answer.status < 500
    assert resident(server) - before < MEMORY


def test_a_large_file_in_two_steps(server, target):
    """First a file over the LFS threshold in a pack whose commit does not name it, then a commit that does."""
    head, large = head_of(server, target), os.urandom(1000) * 12_000
    small = large[:9_000_000]
    root = tree(("100644", b"large.dat", object_id("blob", large)))
    naming = commit_of(object_id("tree", root), head)
    second = pack([whole("tree", root), whole("commit", naming)])
    copies = delta(len(small), len(large), b"".join(
        b"\xf7" + (at % 1000).to_bytes(3, "little") + min(0x10000, len(large) - at).to_bytes(3, "little")
        for at in range(0, len(large), 0x10000)))
    as_delta = [whole("blob", small), entry(7, len(copies), zlib.compress(copies), bytes.fromhex(object_id("blob", small)))]
    plain = tree(("100644", b"f", BLOB_ID))
    first = commit_of(object_id("tree", plain), head)
    for brought in [[whole("blob", large)], as_delta]:
        packed = pack([whole("blob", BLOB), whole("tree", plain), whole("commit", first), *brought])
        for ref, old in [(b"refs/heads/main", head), (b"refs/heads/other", "0" * 40)]:
            said = send(server, target, [(old, object_id("commit", first), ref)], packed).body
            assert b"ng " + ref in said and b"go by Git LFS" in said and b"git lfs migrate import --above=" in said, said
            assert b"12000000 bytes" in said and object_id("blob", large).encode() in said, said
    said = send(server, target, [(head, object_id("commit", naming), b"refs/heads/main")], second).body
    assert b"ng refs/heads/main" in said, said
    assert head_of(server, target) == head


def test_pointers_to_what_others_hold(server, target):
    """The same answer for an object that only bob's private repository holds and for one that nobody has."""
    bob = server.people["bob"]
    server.post("/api/repos/create", {"name": "secret-git", "private": True}, bob.token) \
        if server.request("GET", "/api/models/bob/secret-git", token=bob.token).status == 404 else None
    secret = b"s" * 1000
    assert send_large(server, bob.token, "bob/secret-git", secret).status == 200
    said = []
    for oid in [hashlib.sha256(secret).hexdigest(), "ab" * 32]:
        pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 1000\n".encode()
        root = tree(("100644", b"model.bin", object_id("blob", pointer)))
        answer = push_tree(server, target, object_id("tree", root), [("blob", pointer), ("tree", root)])
        assert b"was not uploaded to this repository" in answer
        said.append(answer.replace(oid.encode(), b"oid"))
    assert said[0] == said[1]


def test_objects_of_a_private_repository_stay_there(server, target, tmp_path):
    """Neither by id through another repository, nor by pushing a commit upon an object one does not have."""
    bob = server.people["bob"]
    server.request("POST", "/api/repos/create", {"name": "hidden-git", "private": True}, bob.token)
    hidden = server.request("GET", "/api/models/bob/hidden-git", token=bob.token).json()["sha"]
    git = Git(tmp_path / "home").init(tmp_path / "here")
    assert "not our ref" in git.refuses("fetch", with_token(server, server.people["alice"], target), hidden)
    head = head_of(server, target)
    said = send(server, target, [("0" * 40, hidden, b"refs/heads/stolen")], pack([])).body
    assert b"ng refs/heads/stolen" in said
    made = commit_of(object_id("tree", b""), hidden)
    packed = pack([whole("tree", b""), whole("commit", made)])
    said = send(server, target, [("0" * 40, object_id("commit", made), b"refs/heads/stolen")], packed).body
    assert b"ng refs/heads/stolen" in said and head_of(server, target) == head
