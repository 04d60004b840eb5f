"""The Xet protocol in hostile hands (decisions 15, 16 and 32)."""
import base64
import gzip
import hashlib
import random
import re
import socket
import struct
import threading
import time
import urllib.parse
from pathlib import Path

import pytest

from cas import Cas, NothingPublished, accepted, cas, new_repo, published, refused
from kit.server import Server
from kit.xet import (BOOKEND, GROUPED_LZ4, LZ4, NONE, File, Shard, Term, Xorb, chunk, chunk_hash, lz4_block,
                     lz4_frame, range_hash, text, tree_root)

pytestmark = pytest.mark.timeout(300)
MEBIBYTE = 1 << 20
# Stacks of threads, caches and buffers that a server keeps in any case.
ALLOWED_GROWTH = 48 * MEBIBYTE


def fresh(size: int, seed: object = None) -> bytes:
    return random.Random(seed if seed is not None else time.monotonic_ns()).randbytes(size)


def fresh_xorb(*sizes: int) -> Xorb:
    return Xorb([fresh(size) for size in sizes or (40, 50, 60, 70)])


@pytest.fixture
def mallory(server):
    return server.people["mallory"]


@pytest.fixture
def alice(server):
    return server.people["alice"]


@pytest.fixture
def bob(server):
    return server.people["bob"]


@pytest.fixture
def own(server, mallory):
    """Mallory's writing client, of a repository of her own."""
    return cas(server, mallory, new_repo(server, mallory))


class Memory:
    """The most anonymous memory a server has while the block runs, beyond what it had before."""

    def __init__(self, server: Server):
        self.status = Path(f"/proc/{server.process.pid}/status")
        self.grown = 0

    def now(self) -> int:
        return int(re.search(r"RssAnon:\s+(\d+) kB", self.status.read_text())[1]) * 1024

    def __enter__(self) -> "Memory":
        before, self.ended = self.now(), threading.Event()

        def watch():
            while not self.ended.wait(0.01):
                self.grown = max(self.grown, self.now() - before)

        self.thread = threading.Thread(target=watch)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()


def flips(data: bytes, positions=None):
    """(position, data with that byte changed), twice for each: the lowest bit, and all bits."""
    for at in range(len(data)) if positions is None else positions:
        for mask in (1, 0xFF):
            yield at, data[:at] + bytes([data[at] ^ mask]) + data[at + 1:]


# Xorbs

def test_every_byte_of_a_xorb_wrong(server, own):
    xorb = fresh_xorb(12, 9)
    squeezed = chunk(b"a" * 30, LZ4, lz4_frame(lz4_block(ord("a"), 30)))
    bodies = [xorb.body, squeezed]
    names = [xorb.name, text(chunk_hash(b"a" * 30))]
    with NothingPublished(server):
        for name, body in zip(names, bodies):
            # The second half of an LZ4 block's last token has no meaning.
            for at, wrong in flips(body, [at for at in range(len(body)) if body is not squeezed or at != 24]):
                answer = own.put_xorb(xorb, wrong, name)
                assert 400 <= answer.status < 500, (at, answer)
            for length in range(len(body)):
                assert 400 <= own.put_xorb(xorb, body[:length], name).status < 500, length
            for more in (b"\0", body, b"X" * 5, b"XETBLOB"):
                assert 400 <= own.put_xorb(xorb, body + more, name).status < 500, more
    for name, body in zip(names, bodies):
        assert accepted(own.put_xorb(xorb, body, name)).json() == {"was_inserted": True}


@pytest.mark.parametrize("name", ["0" * 63, "0" * 65, "g" * 64, "A" * 64, "%00" * 64, "..%2f" * 10])
def test_a_name_that_is_no_hash(server, own, name):
    with NothingPublished(server):
        refused(own.put_xorb(fresh_xorb(), name=name), 400)
        refused(own.chunk(name), 400)
        refused(own.reconstruct(name), 400)
        refused(own.request("GET", f"/xet/fetch/{name}"), 400, 403)


def test_a_xorb_under_another_name(server, own):
    with NothingPublished(server):
        refused(own.put_xorb(fresh_xorb(), name=fresh_xorb().name), 400)


def test_lying_chunk_lengths(server, own):
    content = fresh(100)
    name = text(chunk_hash(content))
    frame = lz4_frame(lz4_block(7, 100))
    lies = [chunk(content, size=99), chunk(content, size=101), chunk(content, length=99),
            chunk(content, length=101), chunk(content, length=0), chunk(content, size=0),
            chunk(content, length=0xFFFFFF), chunk(content, size=0xFFFFFF), chunk(content, version=1),
            chunk(content, scheme=3), chunk(content, scheme=255), chunk(content, LZ4),
            chunk(content, GROUPED_LZ4), chunk(bytes([7]) * 100, LZ4, frame, size=99),
            chunk(bytes([7]) * 100, LZ4, frame, size=101), chunk(b"", NONE), chunk(fresh(128 * 1024 + 1))]
    with NothingPublished(server):
        for body in lies:
            refused(own.put_xorb(fresh_xorb(), body, name), 400)
        refused(own.put_xorb(fresh_xorb(), b"", name))


@pytest.mark.parametrize("scheme", [LZ4, GROUPED_LZ4])
def test_a_decompression_bomb(server, own, scheme):
    """Blocks of 4 MiB from some KiB each, declared as a chunk of 128 KiB."""
    bomb = chunk(b"", scheme, lz4_frame(*[lz4_block(0, 4 * MEBIBYTE)] * 12), size=128 * 1024)
    with NothingPublished(server), Memory(server) as memory:
        for _ in range(20):
            refused(own.put_xorb(fresh_xorb(), bomb, "0" * 64), 400)
    assert memory.grown < ALLOWED_GROWTH


def test_too_many_chunks(server, own):
    xorb = Xorb([bytes([i & 255]) for i in range(8193)])
    with NothingPublished(server):
        refused(own.put_xorb(xorb), 400, 413)
    fitting = Xorb([bytes([i & 255]) for i in range(8192)])
    accepted(own.put_xorb(fitting))


def test_more_than_64_mebibytes(server, own):
    """Few bytes on the wire that unpack to too many: 513 chunks of 128 KiB."""
    packed = chunk(b"", LZ4, lz4_frame(lz4_block(3, 128 * 1024)), size=128 * 1024)
    content = bytes([3]) * (128 * 1024)
    hash_ = chunk_hash(content)
    with NothingPublished(server), Memory(server) as memory:
        name = text(tree_root([(hash_, len(content))] * 513))
        refused(own.put_xorb(fresh_xorb(), packed * 513, name), 400, 413)
        one_more = packed * 512 + chunk(b"x")
        name = text(tree_root([(hash_, len(content))] * 512 + [(chunk_hash(b"x"), 1)]))
        refused(own.put_xorb(fresh_xorb(), one_more, name), 400, 413)
    assert memory.grown < ALLOWED_GROWTH
    name = text(tree_root([(hash_, len(content))] * 512))
    accepted(own.put_xorb(fresh_xorb(), packed * 512, name))


def raw(server: Server, head: str, body: bytes, half_close: bool = False) -> bytes:
    """Everything that is answered until the server closes, or nothing more comes for a while."""
    with socket.create_connection(("127.0.0.1", server.port), 20) as wire:
        wire.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n")
        try:
            wire.sendall(body)
            if half_close:
                wire.shutdown(socket.SHUT_WR)
            wire.settimeout(20)
            answer = b""
            while piece := wire.recv(65536):
                answer += piece
            return answer
        except (BrokenPipeError, ConnectionResetError):
            return b""


def upload_head(own: Cas, name: str, *headers: str) -> str:
    return "\n".join([f"POST {own.path}/v1/xorbs/default/{name} HTTP/1.1", "Host: x", "Connection: close",
                      f"Authorization: Bearer {own.token}", *headers])


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer else 400  # hung up


def test_another_length_than_declared(server, own):
    xorb = fresh_xorb()
    with NothingPublished(server):
        head = upload_head(own, xorb.name, f"Content-Length: {len(xorb.body) + 1}")
        assert 400 <= status_of(raw(server, head, xorb.body, half_close=True)) < 500
        head = upload_head(own, xorb.name, f"Content-Length: {len(xorb.body) - 1}")
        assert 400 <= status_of(raw(server, head, xorb.body)) < 500
        head = upload_head(own, xorb.name, "Content-Length: 99999999999")
        assert status_of(raw(server, head, b"")) == 413
        head = upload_head(own, xorb.name, f"Content-Length: {(1 << 64) + len(xorb.body)}")
        assert 400 <= status_of(raw(server, head, xorb.body)) < 500
        head = upload_head(own, xorb.name, "Content-Length: -1")
        assert 400 <= status_of(raw(server, head, xorb.body)) < 500
        head = upload_head(own, xorb.name, f"Content-Length: {len(xorb.body)}", "Content-Length: 1")
        assert 400 <= status_of(raw(server, head, xorb.body)) < 500
    # What follows a complete body is another request, and no good one.
    head = upload_head(own, xorb.name, f"Content-Length: {len(xorb.body)}").replace("\nConnection: close", "")
    answer = raw(server, head, xorb.body + b"\0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200") and b"HTTP/1.1 400" in answer


def test_a_chunked_body(server, own):
    """411: a xorb's room is looked for before its bytes come."""
    xorb = fresh_xorb()
    body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(xorb.body), xorb.body)
    with NothingPublished(server):
        assert status_of(raw(server, upload_head(own, xorb.name, "Transfer-Encoding: chunked"), body)) == 411


def test_a_packed_body(server, own):
    """Content-Encoding is not undone: the bytes are the xorb, or the shard, or they are not."""
    xorb = fresh_xorb()
    with NothingPublished(server):
        refused(own.put_xorb(xorb, gzip.compress(xorb.body), **{"Content-Encoding": "gzip"}))
        refused(own.request("POST", "/v1/shards", gzip.compress(Shard([]).bytes()), {"Content-Encoding": "gzip"}))


# Shards

def shard_records(files: list[File], listed: list[Xorb]) -> list[tuple[int, bool]]:
    """For each byte of such a shard (position, whether it means nothing to us)."""
    means = [True] * 48
    idle_tail = [True] * 32 + [False] * 16
    for file in files:
        means += [True] * 40 + [False] * 8
        means += ([True] * 32 + [False] * 4 + [True] * 12) * len(file.terms)
        means += idle_tail * len(file.terms) + idle_tail
    means += idle_tail
    for xorb in listed:
        # The name and the count; what else it says of the xorb is known from the xorb itself.
        means += [True] * 32 + [False] * 4 + [True] * 4 + [False] * 8
        means += [False] * (48 * len(xorb.contents))
    means += idle_tail
    return [(at, not used) for at, used in enumerate(means)]


def test_every_byte_of_a_shard_wrong(server, own):
    xorb = fresh_xorb(30, 31, 32)
    accepted(own.put_xorb(xorb))
    files = [File([xorb.term(0, 2), xorb.term(1, 3)]), File([xorb.term(2, 3)])]
    body = Shard(files, [xorb]).bytes()
    bytes_ = shard_records(files, [xorb])
    assert len(bytes_) == len(body)
    with NothingPublished(server):
        for at, wrong in flips(body, [at for at, idle in bytes_ if not idle]):
            answer = own.put_shard(wrong)
            assert 400 <= answer.status < 500, (at, answer)
        for length in range(len(body)):
            assert 400 <= own.put_shard(body[:length]).status < 500, length
        for more in (b"\0", body, BOOKEND):
            assert 400 <= own.put_shard(body + more).status < 500
    accepted(own.put_shard(body))
    with NothingPublished(server):
        for at, changed in flips(body, [at for at, idle in bytes_ if idle]):
            assert own.put_shard(changed).status == 200, at


def test_lies_about_a_file(server, own):
    xorb, other = fresh_xorb(), fresh_xorb()
    accepted(own.put_xorb(xorb))
    all_ = xorb.term()
    lies = {
        "a range hash of other chunks": File([xorb.term(range_hash=range_hash(xorb.hashes[1:]))]),
        "the range hash of nothing": File([xorb.term(range_hash=range_hash([]))]),
        "no range hashes": File([all_], range_hashes=False),
        "another file hash": File([all_], hash=fresh(32)),
        "the xorb's hash as the file's": File([all_], hash=xorb.hash),
        "the hash of the empty file": File([all_], hash=bytes(32)),
        "another SHA-256": File([all_], sha256=fresh(32)),
        "the SHA-256 of nothing": File([all_], sha256=hashlib.sha256().digest()),
        "a term one byte too long": File([xorb.term(size=all_.size + 1)]),
        "a term one byte too short": File([xorb.term(size=all_.size - 1)]),
        "a term without bytes": File([xorb.term(size=0)]),
        "a term of 4 GiB": File([xorb.term(size=0xFFFFFFFF)]),
        "a term beyond its xorb": File([xorb.term(last=5)]),
        "a term wholly beyond its xorb": File([xorb.term(first=4, last=5)]),
        "a term that ends before it begins": File([xorb.term(first=3, last=2)]),
        "a term without chunks": File([xorb.term(first=2, last=2)]),
        "a term that ends at 2^32": File([xorb.term(last=0xFFFFFFFF)]),
        "more terms than there are": File([all_], count=2),
        "2^32 - 1 terms": File([all_], count=0xFFFFFFFF),
        "fewer terms than there are": File([all_, all_], count=1),
        "no terms": File([all_], count=0),
        "unknown flags": File([all_], flags=0xFFFFFFFF),
        "an empty file of another name": File([], hash=fresh(32)),
    }
    with NothingPublished(server):
        for name, file in lies.items():
            for files in ([file], [File([xorb.term(0, 1)]), file]):  # all or none
                answer = own.put_shard(Shard(files))
                assert 400 <= answer.status < 500, (name, answer)
                telling = own.request("POST", "/v2/shards", Shard(files).bytes())
                if telling.status == 200:
                    last = telling.body.splitlines()[-1]
                    assert b'"type":"error"' in last and b'"retryable":false' in last, (name, last)
                else:
                    assert 400 <= telling.status < 500, (name, telling)
        assert own.put_shard(Shard([File([other.term()])])).status == 404
    accepted(own.put_shard(Shard([File([all_])])))


def generation(client: Cas) -> int:
    return int(re.match(r"/xet/\d+/g(\d+)", client.path)[1])


def test_an_unknown_xorb_makes_the_next_try_work(server, mallory):
    repo = new_repo(server, mallory)
    own = cas(server, mallory, repo)
    xorb = fresh_xorb()
    file = File([xorb.term()])
    answer = refused(own.put_shard(Shard([file], [xorb])), 404)
    assert xorb.name in answer.json()["error"]
    again = cas(server, mallory, repo)
    assert generation(again) == generation(own) + 1
    accepted(again.put_xorb(xorb))
    accepted(again.put_shard(Shard([file], [xorb])))
    assert generation(cas(server, mallory, repo)) == generation(again)
    events = again.put_shard_telling(Shard([File([fresh_xorb().term()])]))
    assert events[-1]["type"] == "error"
    assert generation(cas(server, mallory, repo)) == generation(again) + 1


def test_terms_that_overlap_and_repeat(server, own):
    """They are right: repetitive content is deduplicated like this."""
    xorb, other = fresh_xorb(), fresh_xorb(5, 6)
    accepted(own.put_xorb(xorb))
    accepted(own.put_xorb(other))
    file = File([xorb.term(0, 3), xorb.term(1, 4), xorb.term(0, 3), other.term(), xorb.term(2, 3), other.term(1, 2)])
    accepted(own.put_shard(Shard([file, file], [xorb, other, xorb])))
    assert fetch_file(own, file.name) == file.content()


def fetch_file(client: Cas, name: str) -> bytes:
    """A file as a client puts it together."""
    plan = accepted(client.reconstruct(name)).json()
    content = b""
    for term in plan["terms"]:
        entry = next(entry for entry in plan["xorbs"][term["hash"]]
                     if entry["ranges"][0]["chunks"]["start"] <= term["range"]["start"]
                     and term["range"]["end"] <= entry["ranges"][0]["chunks"]["end"])
        span = entry["ranges"][0]
        url = entry["url"].removeprefix(client.server.url)
        packed = client.request("GET", url, headers={
            "Range": f"bytes={span['bytes']['start']}-{span['bytes']['end']}", "Authorization": ""})
        assert packed.status == 206, packed
        chunks = unpack(packed.body)
        first = term["range"]["start"] - span["chunks"]["start"]
        content += b"".join(chunks[first:first + term["range"]["end"] - term["range"]["start"]])
    return content


def unpack(packed: bytes) -> list[bytes]:
    """Of chunks that are stored as they are."""
    chunks = []
    while packed:
        size = int.from_bytes(packed[1:4], "little")
        chunks.append(packed[8:8 + size])
        packed = packed[8 + size:]
    return chunks


def many_terms(xorb: Xorb, count: int, range_hashes: bool) -> bytes:
    """A file of the same term again and again: of one chunk, so that its tree is made quickly."""
    assert len(xorb.contents) == 1
    file = File([xorb.term()] * count, hash=bytes(32), sha256=b"", range_hashes=range_hashes)
    return Shard([file]).bytes()


def test_a_million_terms(server, own):
    xorb = fresh_xorb(16)
    accepted(own.put_xorb(xorb))
    body = many_terms(xorb, 10 ** 6, range_hashes=False)
    with NothingPublished(server), Memory(server) as memory:
        started = time.monotonic()
        refused(own.put_shard(body), 422)
        assert time.monotonic() - started < 60
    assert memory.grown < ALLOWED_GROWTH


def test_as_many_terms_as_fit(server, own):
    """Right but for the file's hash, which is known when all of them were looked at; then all right."""
    xorb = fresh_xorb(16)
    accepted(own.put_xorb(xorb))
    body = many_terms(xorb, 690_000, range_hashes=True)
    with NothingPublished(server), Memory(server) as memory:
        started = time.monotonic()
        answer = refused(own.put_shard(body), 422)
        assert time.monotonic() - started < 120
    assert memory.grown < ALLOWED_GROWTH
    assert "another file" in answer.json()["error"]


def test_a_hundred_thousand_right_terms(server, own):
    xorb, other = fresh_xorb(16), fresh_xorb(17)
    accepted(own.put_xorb(xorb))
    accepted(own.put_xorb(other))
    file = File([xorb.term(), other.term()] * 50_000)
    with Memory(server) as memory:
        started = time.monotonic()
        accepted(own.put_shard(Shard([file])))
        assert time.monotonic() - started < 120
    assert memory.grown < ALLOWED_GROWTH
    last = own.reconstruct(file.name, Range=f"bytes={len(file.content()) - 20}-").json()
    assert [term["hash"] for term in last["terms"]] == [xorb.name, other.name]


def test_as_many_files_as_fit(server, own):
    """The empty file, over and over."""
    block = File([], range_hashes=True).block()
    body = Shard([]).bytes()
    body = body[:48] + block * ((64 * MEBIBYTE - 1024) // len(block)) + body[48:]
    with NothingPublished(server), Memory(server) as memory:
        started = time.monotonic()
        refused(own.put_shard(body), 413)
        assert time.monotonic() - started < 60
    assert memory.grown < ALLOWED_GROWTH


def test_a_shard_that_is_too_large(server, own):
    with NothingPublished(server), Memory(server) as memory:
        refused(own.put_shard(bytes(64 * MEBIBYTE + 1)), 413)
        refused(own.put_shard(b""), 400)
    assert memory.grown < ALLOWED_GROWTH


def test_a_term_costs_little_time(server, own):
    """Others are served while the server looks at terms of 8,192 chunks of one byte each."""
    xorb = Xorb([bytes([i & 255]) for i in range(8192)])
    accepted(own.put_xorb(xorb))
    file = File([xorb.term()] * 1000, hash=bytes(32), sha256=b"")
    done: list = []
    worker = threading.Thread(target=lambda: done.append(own.put_shard(Shard([file]))))
    worker.start()
    try:
        slowest = 0.0
        while worker.is_alive():
            started = time.monotonic()
            assert server.request("GET", "/api/models?limit=1").status == 200
            slowest = max(slowest, time.monotonic() - started)
            time.sleep(0.05)
    finally:
        worker.join()
    refused(done[0], 422)
    assert slowest < 5


# Tokens

def changed_tokens(token: str):
    for at in range(len(token)):
        for replacement in {"A", "0", "."} - {token[at]}:
            yield token[:at] + replacement + token[at + 1:]
    claims, signature = token.rsplit(".", 1)
    fields = claims.split(".")
    for at in range(len(fields)):
        for replacement in ("0", "-1", "1", "2", "", "99999999999", "9" * 30):
            if replacement != fields[at]:
                yield ".".join([*fields[:at], replacement, *fields[at + 1:]]) + "." + signature
    yield from ("", ".", claims, signature, claims + ".", token + "=", token + ".", token * 2, "x" * 100_000,
                claims + ".1." + signature)


def test_every_byte_of_a_token_wrong(server, own):
    xorb = fresh_xorb()
    with NothingPublished(server):
        for token in changed_tokens(own.token):
            answer = Cas(server, own.path, token).put_xorb(xorb)
            assert answer.status in (400, 401, 431), (token, answer)
        for authorization in ("", "Bearer", f"Basic {own.token}", own.token, f"Token {own.token}"):
            refused(own.put_xorb(xorb, Authorization=authorization), 401)
    accepted(own.put_xorb(xorb, Authorization=f"bearer {own.token}"))


def test_a_token_of_the_hub_is_none_of_xet(server, own, mallory):
    with NothingPublished(server):
        refused(Cas(server, own.path, mallory.token).put_xorb(fresh_xorb()), 401)
    assert server.request("GET", "/api/whoami-v2", token=own.token).status == 401


def test_a_later_end_is_not_believed(server, own):
    *claims, expires, who, signature = own.token.split(".")
    later = ".".join([*claims, str(int(expires) + 3600), who, signature])
    refused(Cas(server, own.path, later).put_xorb(fresh_xorb()), 401)


def test_another_downloader_is_not_believed(server, own):
    *claims, who, signature = own.token.split(".")
    other = ".".join([*claims, who[::-1], signature])
    refused(Cas(server, own.path, other).put_xorb(fresh_xorb()), 401)


def test_a_read_token_writes_nothing(server, mallory, bob):
    repo = new_repo(server, mallory)
    xorb = fresh_xorb()
    for person in (mallory, bob, None):
        reader = cas(server, person, repo, "read")
        with NothingPublished(server):
            refused(reader.put_xorb(xorb), 403)
            refused(reader.put_shard(Shard([File([xorb.term()])])), 403)
            refused(reader.request("POST", "/v2/shards", Shard([]).bytes()), 403)


def test_who_gets_which_token(server, alice, mallory):
    public, private = new_repo(server, alice), new_repo(server, alice, private=True)

    def ask(repo: str, right: str, token: str | None, query: str = "") -> int:
        return server.request("GET", f"/api/models/{repo}/xet-{right}-token/main{query}", token=token).status

    assert ask(public, "read", None) == 200
    assert ask(public, "read", mallory.token) == 200
    assert ask(public, "write", mallory.token) == 403
    assert ask(public, "write", None) == 401
    assert ask(public, "write", alice.read_token) == 403
    assert ask(public, "write", mallory.token, "?create_pr=1") == 200
    for right in ("read", "write"):
        for token in (None, mallory.token):
            for query in ("", "?create_pr=1"):
                hidden, missing = (server.request("GET", f"/api/models/{repo}/xet-{right}-token/main{query}",
                                                  token=token)
                                   for repo in (private, f"{private}-none"))
                assert hidden.status == missing.status, (right, token, query)
                assert hidden.headers["X-Error-Code"] == missing.headers["X-Error-Code"]
                assert hidden.body.replace(private.encode(), b"") == missing.body.replace(
                    f"{private}-none".encode(), b"")


def test_a_token_at_another_address(server, alice, mallory):
    mine = cas(server, mallory, new_repo(server, mallory))
    theirs = cas(server, mallory, new_repo(server, alice), "write", "?create_pr=1")
    assert theirs.path.rsplit("/", 1)[1].startswith("u")
    with NothingPublished(server):
        for path in (theirs.path, theirs.path.rsplit("/", 1)[0], mine.path + "/u1", mine.path + "/anonymous",
                     "/xet/0/g1", "/xet/-1/g1", "/xet/x/g1", f"/xet/0{mine.path.split('/')[2]}/g1"):
            refused(Cas(server, path, mine.token).put_xorb(fresh_xorb()), 401)
        for path in (mine.path, theirs.path.rsplit("/", 1)[0], theirs.path + "0"):
            refused(Cas(server, path, theirs.token).put_xorb(fresh_xorb()), 401)


def test_a_token_of_another_repository(server, mallory):
    """It opens files of its own repository, whoever's they are."""
    one, other = (cas(server, mallory, new_repo(server, mallory)) for _ in range(2))
    xorb = fresh_xorb()
    file = File([xorb.term()])
    accepted(one.put_xorb(xorb))
    accepted(one.put_shard(Shard([file])))
    assert fetch_file(one, file.name) == file.content()
    for version in (1, 2):
        for path in (f"/v{version}/reconstructions/", f"/xet/v{version}/reconstructions/"):
            refused(other.request("GET", path + file.name), 404)
            accepted(one.request("GET", path + file.name))


def settings(server, repo: str, person, **values) -> None:
    answer = server.request("PUT", f"/api/models/{repo}/settings", values, person.token)
    assert answer.status == 200, answer


def test_a_repository_that_went_private(server, alice, bob, mallory):
    repo = new_repo(server, alice)
    owner = cas(server, alice, repo)
    xorb = fresh_xorb()
    file = File([xorb.term()])
    accepted(owner.put_xorb(xorb))
    accepted(owner.put_shard(Shard([file])))
    readers = [cas(server, mallory, repo, "read"), cas(server, None, repo, "read"),
               cas(server, mallory, repo, "write", "?create_pr=1")]
    links = [link_of(reader, file.name) for reader in readers]
    own_link = link_of(owner, file.name)
    for reader, link in zip(readers, links):
        assert reader.request("GET", link).status == 200
    settings(server, repo, alice, private=True)
    with NothingPublished(server):
        for reader, link in zip(readers, links):
            refused(reader.reconstruct(file.name), 404)
            refused(reader.chunk(text(xorb.hashes[0])), 404)
            refused(reader.request("GET", link), 403, 404)
        refused(readers[2].put_xorb(fresh_xorb()), 404)
        refused(readers[2].put_shard(Shard([File([xorb.term(0, 1)])])), 404)
    assert fetch_file(owner, file.name) == file.content()
    assert owner.request("GET", own_link).status == 200


def test_a_member_who_was_removed(server, alice):
    erin = server.user("erin")
    server.post("/org/lab/members", {"username": "erin", "role": "member"}, alice.token)
    public = new_repo(server, alice, organization="lab")
    private = new_repo(server, alice, organization="lab", private=True)
    secret = fresh_xorb()
    owner = cas(server, alice, private)
    accepted(owner.put_xorb(secret))
    accepted(owner.put_shard(Shard([File([secret.term()])])))
    readers = [cas(server, erin, public, "read"), cas(server, erin, private, "read")]
    writer = cas(server, erin, public)
    for reader in readers:
        accepted(reader.chunk(text(secret.hashes[0])))
    assert server.request("DELETE", "/org/lab/members/erin", token=alice.token).status in (200, 204)
    with NothingPublished(server):
        for reader in readers:
            refused(reader.chunk(text(secret.hashes[0])), 401, 404)
        refused(writer.put_xorb(fresh_xorb()), 401, 403)
        refused(writer.put_xorb(secret), 401, 403)
        refused(writer.put_shard(Shard([File([secret.term()])])), 401, 403)


# Links

def link_of(client: Cas, file: str) -> str:
    plan = accepted(client.reconstruct(file)).json()
    (entries,) = plan["xorbs"].values()
    return entries[0]["url"].removeprefix(client.server.url)


def test_every_part_of_a_link_wrong(server, own):
    xorb = fresh_xorb()
    file = File([xorb.term(1, 3)])
    accepted(own.put_xorb(xorb))
    accepted(own.put_shard(Shard([file])))
    link = link_of(own, file.name)
    anonymous = Cas(server, "", "")
    assert anonymous.request("GET", link).body == xorb.body[48:48 + 126]
    path, _, query = link.partition("?")
    values = dict(urllib.parse.parse_qsl(query))
    assert set(values) == {"bytes", "repository", "user", "expires", "signature"}
    wrong = [path]
    for name, value in values.items():
        others = {"", "0", "1", "-1", "x", value + "0", " " + value, "0" + value, value + "%00", value[:-1],
                  "9" * 30, "0-173", "48-174", "48-", "-126", "173-48", "0-18446744073709551615"} - {value}
        for other in others:
            changed = {**values, name: other}
            wrong.append(path + "?" + "&".join(f"{key}={urllib.parse.quote(text_, safe='%')}"
                                               for key, text_ in changed.items()))
        wrong.append(path + "?" + urllib.parse.urlencode({k: v for k, v in values.items() if k != name}))
    other = fresh_xorb()
    accepted(own.put_xorb(other))
    wrong += [f"/xet/fetch/{name}?{query}" for name in (other.name, fresh_xorb().name, "0" * 64, "x")]
    for at in range(len(values["signature"])):
        signature = values["signature"]
        changed = {**values, "signature": signature[:at] + ("A" if signature[at] != "A" else "B") + signature[at + 1:]}
        wrong.append(path + "?" + urllib.parse.urlencode(changed))
    bodies = set()
    for url in wrong:
        bodies.add(refused(anonymous.request("GET", url), 403).json()["error"])
    assert len(bodies) == 1
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        refused(anonymous.request(method, link, b""), 404)


def test_ranges_of_a_link(server, own):
    xorb = fresh_xorb()
    file = File([xorb.term(1, 3)])
    accepted(own.put_xorb(xorb))
    accepted(own.put_shard(Shard([file])))
    link = link_of(own, file.name)
    anonymous = Cas(server, "", "")
    begin, end = 48, 48 + 126

    def get(value: str):
        return anonymous.request("GET", link, headers={"Range": value})

    for first, last in ((begin, end - 1), (begin, begin), (end - 1, end - 1), (60, 70)):
        answer = get(f"bytes={first}-{last}")
        assert answer.status == 206 and answer.body == xorb.body[first:last + 1]
    for value in (f"bytes={begin - 1}-{end - 1}", f"bytes={begin}-{end}", "bytes=0-", f"bytes={begin}-", "bytes=-1",
                  "bytes=0-0", f"bytes={end}-{end}", f"bytes=0-{2 ** 64 - 1}", f"bytes={begin}-{2 ** 63}"):
        refused(get(value), 403, 416)
    for value in ("bytes=", "bytes=x", f"bytes={end}-{begin}", f"lines={begin - 1}-{end}",
                  f"bytes={begin}-{begin},0-{end + 5}", f"bytes=0-0,{begin}-{begin}", f"bytes={'9' * 40}-"):
        answer = get(value)  # not a range: all that the link opens, or a refusal
        assert answer.status in (200, 206, 400, 403, 416), (value, answer)
        assert answer.status >= 400 or answer.body in xorb.body[begin:end], value


# Probing

def comparable(answer, *ids: str) -> tuple:
    body = answer.body.decode()
    for id_ in ids:
        body = body.replace(id_, "ID")
    kept = {name.lower(): value for name, value in answer.headers.items()
            if name.lower() not in ("date", "x-request-id", "x-error-message")}
    message = answer.headers.get("X-Error-Message", "")
    for id_ in ids:
        message = message.replace(id_, "ID")
    return answer.status, body, message, kept


def test_a_private_xorb_is_as_good_as_none(server, bob, mallory):
    hidden = Xorb([fresh(40), fresh(50)])
    owner = cas(server, bob, new_repo(server, bob, private=True))
    file = File([hidden.term()])
    accepted(owner.put_xorb(hidden))
    accepted(owner.put_shard(Shard([file])))
    accepted(owner.chunk(text(hidden.hashes[0])))
    nobodys = Xorb([fresh(40), fresh(50)])
    spy = cas(server, mallory, new_repo(server, mallory))

    def same(ask) -> None:
        there, nowhere = ask(hidden), ask(nobodys)
        ids = [id_ for xorb in (hidden, nobodys) for id_ in
               (xorb.name, File([xorb.term()]).name, *map(text, xorb.hashes))]
        assert comparable(there, *ids) == comparable(nowhere, *ids)

    same(lambda xorb: spy.put_shard(Shard([File([xorb.term()])])))
    same(lambda xorb: spy.put_shard(Shard([], [xorb])))
    same(lambda xorb: spy.put_shard(Shard([File([xorb.term(range_hash=bytes(32))])])))
    same(lambda xorb: spy.put_shard(Shard([File([xorb.term(last=3)])])))
    same(lambda xorb: spy.request("POST", "/v2/shards", Shard([File([xorb.term()])]).bytes()))
    same(lambda xorb: spy.chunk(text(xorb.hashes[0])))
    same(lambda xorb: spy.chunk(text(xorb.hashes[1])))
    same(lambda xorb: spy.reconstruct(File([xorb.term()]).name))
    same(lambda xorb: spy.request("GET", f"/xet/fetch/{xorb.name}?bytes=0-10&repository=1&user=1&expires=9999999999"
                                         "&signature=x"))
    same(lambda xorb: spy.request("POST", f"/v1/xorb-grants/default/{xorb.name}", b'{"length":106}'))
    same(lambda xorb: spy.put_xorb(xorb, xorb.body[:-1]))
    same(lambda xorb: spy.put_xorb(xorb))  # the first time, so it is new to her
    same(lambda xorb: spy.put_xorb(xorb))
    same(lambda xorb: spy.put_shard(Shard([File([xorb.term()])])))


def test_was_inserted_speaks_of_the_casurl_only(server, bob, mallory):
    xorb = fresh_xorb()
    one, other = cas(server, bob, new_repo(server, bob)), cas(server, mallory, new_repo(server, mallory))
    again = cas(server, mallory, new_repo(server, mallory))
    assert [accepted(client.put_xorb(xorb)).json()["was_inserted"]
            for client in (one, one, other, other, again)] == [True, False, True, False, False]


def test_the_private_chunks_of_a_shared_xorb(server, bob, mallory):
    """A public file has the front of a xorb, a private one its back."""
    public, private = new_repo(server, bob), new_repo(server, bob, private=True)
    xorb = fresh_xorb(40, 50, 60, 70)
    secret = xorb.content(2, 4)
    owner, hidden = cas(server, bob, public), cas(server, bob, private)
    front, back = File([xorb.term(0, 2)]), File([xorb.term(2, 4)])
    accepted(owner.put_xorb(xorb))
    accepted(owner.put_shard(Shard([front])))
    accepted(hidden.put_shard(Shard([back])))
    reader = cas(server, mallory, public, "read")
    spy = cas(server, mallory, new_repo(server, mallory))
    assert fetch_file(reader, front.name) == front.content()
    # A link opens its bytes only.
    link = link_of(reader, front.name)
    assert reader.request("GET", link).body == xorb.body[:8 + 40 + 8 + 50]
    for value in ("bytes=0-", "bytes=106-", "bytes=105-106", "bytes=-10", f"bytes=106-{len(xorb.body) - 1}"):
        refused(reader.request("GET", link, headers={"Range": value}), 403)
    # The xorb may be named, but not the chunks whose hashes are not known.
    accepted(spy.put_shard(Shard([front])))
    with NothingPublished(server):
        for term in (xorb.term(2, 4, range_hash=bytes(32)), xorb.term(0, 4, range_hash=range_hash(xorb.hashes[:2])),
                     xorb.term(2, 4, range_hash=front.terms[0].range_hash)):
            refused(spy.put_shard(Shard([File([term], hash=fresh(32), sha256=b"")])), 422)
        refused(spy.put_shard(Shard([File([xorb.term(2, 4)], range_hashes=False)])), 422)
    for client in (reader, spy):
        refused(client.reconstruct(back.name), 404)
    # The answer to a chunk query tells the hash of no chunk, and no byte of one.
    answer = reader.chunk(text(xorb.hashes[0]))
    accepted(answer)
    for hash_, content in zip(xorb.hashes, xorb.contents):
        assert hash_ not in answer.body and content not in answer.body
    assert answer.body != accepted(reader.chunk(text(xorb.hashes[0]))).body
    assert secret not in spy.request("GET", "/v1/chunks/default/" + text(xorb.hashes[1])).body
