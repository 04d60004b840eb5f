"""A Xet client without any manners: sends what it is told, over one connection."""
import http.client
import itertools
import json
import sqlite3
import time
from dataclasses import dataclass, field

from kit.server import Answer, Person, Server
from kit.xet import Shard, Xorb

_numbers = itertools.count(1)
TABLES = ("xorb", "large_object", "object_link", "object_terms", "object_xorb", "xorb_registration",
          "xet_chunk")


def new_repo(server: Server, owner: Person, private: bool = False, organization: str | None = None) -> str:
    name = f"r{next(_numbers)}"
    server.post("/api/repos/create", {"name": name, "type": "model", "private": private,
                                      **({"organization": organization} if organization else {})}, owner.token)
    return f"{organization or owner.name}/{name}"


@dataclass
class Cas:
    """One token and its casUrl, and a connection that is opened anew when it breaks."""
    server: Server
    path: str
    token: str
    connection: http.client.HTTPConnection | None = field(default=None, repr=False)

    def request(self, method: str, path: str, body: bytes | None = None, headers: dict | None = None) -> Answer:
        """`path` below the casUrl, or absolute when it begins with /xet or /api."""
        full = path if path.startswith(("/xet/", "/api/")) else self.path + path
        headers = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        for attempt in (1, 2):
            connection = self.connection or http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=120)
            self.connection = None
            try:
                connection.request(method, full, body, headers)
                reply = connection.getresponse()
                answer = Answer(reply.status, reply.headers, reply.read())
                if not reply.will_close:
                    self.connection = connection
                return answer
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                # Our connection was closed between two requests, or while a refused body was on its way.
                connection.close()
                if attempt == 2:
                    raise

    def put_xorb(self, xorb: Xorb, body: bytes | None = None, name: str | None = None, **headers) -> Answer:
        return self.request("POST", f"/v1/xorbs/default/{name or xorb.name}",
                            xorb.body if body is None else body, headers)

    def put_shard(self, shard: Shard | bytes) -> Answer:
        return self.request("POST", "/v1/shards", shard if isinstance(shard, bytes) else shard.bytes())

    def put_shard_telling(self, shard: Shard | bytes) -> list[dict]:
        body = shard if isinstance(shard, bytes) else shard.bytes()
        answer = self.request("POST", "/v2/shards", body)
        assert answer.status == 200, answer
        return [json.loads(line) for line in answer.body.splitlines()]

    def chunk(self, hash_text: str) -> Answer:
        return self.request("GET", f"/v1/chunks/default/{hash_text}")

    def reconstruct(self, file: str, **headers) -> Answer:
        return self.request("GET", f"/v2/reconstructions/{file}", headers=headers)


def cas(server: Server, person: Person | None, repo: str, right: str = "write", query: str = "") -> Cas:
    answer = server.request("GET", f"/api/models/{repo}/xet-{right}-token/main{query}",
                            token=person.token if person else None)
    assert answer.status == 200, answer
    grant = answer.json()
    assert grant == {"casUrl": answer.headers["X-Xet-Cas-Url"], "accessToken": answer.headers["X-Xet-Access-Token"],
                     "exp": int(answer.headers["X-Xet-Token-Expiration"])}
    return Cas(server, grant["casUrl"].removeprefix(server.url), grant["accessToken"])


def published(server: Server) -> dict[str, int]:
    """The rows of every table that an upload fills, and the files of the store."""
    database = sqlite3.connect(f"file:{server.data_dir / 'hub.db'}?mode=ro", uri=True)
    try:
        rows = {table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES}
    finally:
        database.close()
    store = [path for path in (server.data_dir / "store").rglob("*") if path.is_file()]
    return {**rows, "files": len(store)}


def is_at_rest(server: Server) -> bool:
    """Nothing is staged, and no earlier upload waits for its Xet identity."""
    database = sqlite3.connect(f"file:{server.data_dir / 'hub.db'}?mode=ro", uri=True)
    try:
        waiting = database.execute("SELECT count(*) FROM large_object"
                                   " WHERE xet_hash IS NULL AND form = 'whole'").fetchone()[0]
    finally:
        database.close()
    return not waiting and not any((server.data_dir / "store" / "staging").iterdir())


def wait_until(is_so, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not (done := is_so()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return done


class NothingPublished:
    """`with NothingPublished(server): …`: no row, no file, no link more than before."""

    def __init__(self, server: Server):
        self.server = server

    def __enter__(self):
        assert wait_until(lambda: is_at_rest(self.server), 60), "the server does not come to rest"
        self.before = published(self.server)

    def __exit__(self, kind, *_):
        if kind is not None:
            return
        # A staging file goes when its request has ended.
        wait_until(lambda: published(self.server) == self.before, 5)
        after = published(self.server)
        assert after == self.before, f"{self.before} became {after}"


def refused(answer: Answer, *statuses: int) -> Answer:
    assert answer.status in (statuses or range(400, 500)), answer
    assert answer.json()["error"], answer
    assert answer.headers["X-Error-Code"], answer
    return answer


def accepted(answer: Answer) -> Answer:
    assert answer.status == 200, answer
    return answer
