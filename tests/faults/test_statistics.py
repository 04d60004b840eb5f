"""What statistics say of many requests whose effect is known, the server killed meanwhile.

Every number is exact but for requests that were under way at a kill: each of those counts or does not. The
expectation is computed here, from what was sent, by the rules of docs/statistics.md.
"""
import hashlib
import http.client
import json
import os
import random
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timezone

import pytest

from kit.gitwork import Git, with_token
from kit.server import Server
from kit.upload import add, add_large, commit, must, send_large

REQUESTS = int(os.environ.get("TRUTH_REQUESTS", "10000"))
KILLS = int(os.environ.get("TRUTH_KILLS", "20"))
SEED = int(os.environ.get("FAULT_SEED", str(random.randrange(1 << 30))))
THREADS = 8
DAY = 86_400
FIRST = int(datetime(2026, 3, 1, tzinfo=timezone.utc).timestamp())
# Edges of buckets (900 s), of the public hub's windows (300 s) and of days, and a gap.
MOMENTS = [FIRST + 43_200, FIRST + 43_200 + 299.999999, FIRST + 43_200 + 300, FIRST + 44_099.999999,
           FIRST + 44_100, FIRST + DAY - 1e-6, FIRST + DAY, FIRST + DAY + 899, FIRST + DAY + 900,
           FIRST + 3 * DAY + 5]
PEOPLE, CI, ROBOTS = 0, 1, 2
COLUMNS = ["downloads", "authenticated", "files", "huggingface", "huggingface_authenticated", "requests",
           "requests_authenticated", "bytes"]


@dataclass(frozen=True)
class Client:
    """One who: a user anywhere, or an address with a program."""
    address: str
    agent: str
    traffic: int = PEOPLE
    token: str | None = None
    user: str | None = None

    @property
    def who(self):
        if self.user:
            return "user", self.user
        program = "hf" if "hf_hub/" in self.agent or "hf_xet/" in self.agent else self.agent
        return "client", self.address, "git" if program.startswith(("git/", "git-lfs/")) else program


@dataclass
class Effect:
    """What one request adds, if it was answered."""
    repo: str
    client: Client
    at: float
    files: frozenset = frozenset()  # none: no download
    huggingface: bool = False       # a model's query file, or a dataset's download
    bytes: int = 0
    certain: bool = True


@dataclass
class Repo:
    name: str
    type: str = "model"
    token: str | None = None
    private: bool = False
    contents: dict = field(default_factory=dict)
    large: str = "weights.bin"

    @property
    def web(self) -> str:
        return ("" if self.type == "model" else f"{self.type}s/") + self.name

    def blob(self, path: str) -> str:
        content = self.contents[path]
        return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()

    def sha256(self) -> str:
        return hashlib.sha256(self.contents[self.large]).hexdigest()

    def file(self, path: str) -> str:
        return self.sha256() if path == self.large else self.blob(path)

    def pointer(self) -> bytes:
        return (f"version https://git-lfs.github.com/spec/v1\noid sha256:{self.sha256()}\n"
                f"size {len(self.contents[self.large])}\n").encode()


class Ledger:
    def __init__(self):
        self.lock = threading.Lock()
        self.effects: list[Effect] = []
        self.sent = 0
        self.wrong: list[str] = []

    def note(self, effect: Effect | None, certain: bool) -> None:
        with self.lock:
            self.sent += 1
            if effect:
                effect.certain = certain
                self.effects.append(effect)


def days_of(effects: list[Effect], types: dict[str, str]) -> dict:
    """(repository, day, traffic) → columns."""
    days: dict = defaultdict(lambda: dict.fromkeys(COLUMNS, 0))
    sessions: dict = {}
    windows: set = set()
    for effect in effects:
        client, day = effect.client, int(effect.at // DAY)
        row = days[effect.repo, day, client.traffic]
        signed_in = 1 if client.user else 0
        row["bytes"] += effect.bytes
        if effect.files:
            row["requests"] += 1
            row["requests_authenticated"] += signed_in
            session = effect.repo, effect.at // 900, client.who
            if session not in sessions:
                sessions[session] = set()
                row["downloads"] += 1
                row["authenticated"] += signed_in
            row["files"] += len(effect.files - sessions[session])
            sessions[session] |= effect.files
        if effect.huggingface:
            window = effect.repo, effect.at // 300, client.address
            if types[effect.repo] == "model" or window not in windows:
                windows.add(window)
                row["huggingface"] += 1
                row["huggingface_authenticated"] += signed_in
    return {key: row for key, row in days.items() if any(row.values())}


class Actor(threading.Thread):
    """Sends requests until the moment's share is done; waits while the server is away."""

    def __init__(self, world: "World", seed: str, count: int):
        super().__init__(daemon=True)
        self.world, self.count, self.random = world, count, random.Random(seed)
        self.connection: http.client.HTTPConnection | None = None

    def run(self):
        for _ in range(self.count):
            kind = self.random.choices(*zip(*KINDS))[0]
            try:
                kind(self)
            except Exception as error:  # a test that fails in a thread must fail
                self.world.ledger.wrong.append(f"{kind.__name__}: {error!r}")

    def send(self, method: str, path: str, client: Client, status: int, headers: dict | None = None,
             body: bytes | None = None, effect: Effect | None = None, counts_bytes: bool = False):
        """The answer's body, or None when the server went away; the effect is noted either way."""
        self.world.running.wait()
        headers = {"User-Agent": client.agent, "X-Forwarded-For": client.address, **(headers or {})}
        if client.token and "Authorization" not in headers:
            headers["Authorization"] = f"Bearer {client.token}"
        run = self.world.server.runs
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.world.server.port, timeout=20)
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            self.connection = None
            if run == self.world.server.runs and self.world.running.is_set():
                time.sleep(0.05)  # the kill may be a moment ahead of what the test says of it
            if effect and counts_bytes:
                effect.bytes = self.random_bytes_bound(effect)
            self.world.ledger.note(effect, certain=False)
            return None
        if answer.status != status:
            self.world.ledger.wrong.append(f"{method} {path} {headers}: {answer.status} {content[:200]!r}")
        if effect and counts_bytes:
            effect.bytes = len(content)
        self.world.ledger.note(effect, certain=True)
        self.headers = answer.headers
        return content

    def random_bytes_bound(self, effect: Effect) -> int:
        return max(map(len, self.world.repos[effect.repo].contents.values()))

    # Pieces of requests

    def pick(self) -> tuple[Repo, Client]:
        repo = self.random.choice(list(self.world.repos.values()))
        client = self.random.choice([c for c in self.world.clients if c.user == "alice" or not repo.private])
        return repo, client

    def effect(self, repo: Repo, client: Client, **more) -> Effect:
        return Effect(repo.name, client, self.world.now, **more)

    def resolve(self, repo: Repo, path: str) -> str:
        prefix = "models/" if repo.type == "model" and self.random.random() < 0.3 else ""
        return f"/{prefix}{repo.web}/resolve/main/{path}"

    def is_query(self, repo: Repo, path: str) -> bool:
        return repo.type == "model" and path == "config.json"

    # Kinds of requests

    def get(self):
        repo, client = self.pick()
        path = self.random.choice(list(repo.contents))
        headers, status = {}, 200
        if self.random.random() < 0.4:
            begin = self.random.randrange(0, len(repo.contents[path]) // 2)
            headers, status = {"Range": f"bytes={begin}-{begin + 9}"}, 206
        effect = self.effect(repo, client, files=frozenset({repo.file(path)}),
                             huggingface=repo.type != "model" or self.is_query(repo, path))
        self.send("GET", self.resolve(repo, path), client, status, headers, None, effect, True)

    def raw(self):
        repo, client = self.pick()
        path = self.random.choice(list(repo.contents))
        content = repo.pointer() if path == repo.large else repo.contents[path]
        blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
        effect = self.effect(repo, client, files=frozenset({blob}), huggingface=repo.type != "model")
        self.send("GET", f"/{repo.web}/raw/main/{path}", client, 200, None, None, effect, True)

    def head(self):
        repo, client = self.pick()
        path = self.random.choice(list(repo.contents))
        counter = self.random.random() < 0.5
        effect = self.effect(repo, client, huggingface=self.is_query(repo, path)
                             or (repo.type != "model" and counter))
        self.send("HEAD", self.resolve(repo, path), client, 200,
                  {"X-HF-Download-Counter": "1"} if counter else {}, None, effect)

    def not_modified(self):
        repo, client = self.pick()
        path = self.random.choice(list(repo.contents))
        effect = self.effect(repo, client, huggingface=self.is_query(repo, path))
        self.send("GET", self.resolve(repo, path), client, 304,
                  {"If-None-Match": f'"{repo.file(path)}"'}, None, effect)

    def refused(self):
        repo, client = self.pick()
        if self.random.random() < 0.5:
            self.send("GET", self.resolve(repo, "missing.bin"), client, 404)
        else:
            self.send("GET", self.resolve(repo, repo.large), client, 416, {"Range": "bytes=9999999-"})

    def preview(self):
        repo, client = self.pick()
        path = self.random.choice([path for path in repo.contents if path != repo.large])
        self.send("GET", self.resolve(repo, path), client, 200,
                  {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}, None,
                  self.effect(repo, client), True)

    def stranger(self):
        repo = self.world.repos["alice/secret"]
        client = self.random.choice([c for c in self.world.clients if c.user != "alice"])
        self.send("GET", self.resolve(repo, "config.json"), client, 404)

    def looking(self):
        repo, client = self.pick()
        self.send("GET", f"/api/{repo.type}s/{repo.name}/tree/main", client, 200)
        effect = self.effect(repo, client, huggingface=repo.type != "model")
        self.send("GET", f"/api/{repo.type}s/{repo.name}/revision/main", client, 200,
                  {"X-HF-Download-Counter": "1"}, None, effect)

    def lfs(self):
        repo, client = self.pick()
        oid, size = repo.sha256(), len(repo.contents[repo.large])
        body = json.dumps({"operation": "download", "transfers": ["basic"], "hash_algo": "sha256",
                           "objects": [{"oid": oid, "size": size}]}).encode()
        effect = self.effect(repo, client, files=frozenset({oid}), huggingface=repo.type != "model")
        answer = self.send("POST", f"/{repo.web}.git/info/lfs/objects/batch", client, 200,
                           {"Content-Type": "application/vnd.git-lfs+json",
                            "Accept": "application/vnd.git-lfs+json"}, body, effect)
        if answer is None or self.random.random() < 0.5:
            return
        href = json.loads(answer)["objects"][0]["actions"]["download"]["href"]
        self.send("GET", href[href.index("/", 8):], client, 200, {"Authorization": ""}, None,
                  self.effect(repo, client), True)

    def xet(self):
        repo, client = self.pick()
        token = self.send("GET", f"/api/{repo.type}s/{repo.name}/xet-read-token/main", client, 200)
        if token is None:
            return
        token = json.loads(token)
        effect = self.effect(repo, client, files=frozenset({repo.sha256()}), huggingface=repo.type != "model")
        path = token["casUrl"][token["casUrl"].index("/", 8):]
        other = Client(client.address, "hf_xet/1.2.0", client.traffic)
        answer = self.send("GET", f"{path}/v1/reconstructions/{self.world.xet_hash[repo.name]}", other, 200,
                           {"Authorization": f"Bearer {token['accessToken']}",
                            **({"User-Agent": client.agent} if client.traffic != PEOPLE else {})}, None, effect)
        if answer is None or self.random.random() < 0.5:
            return
        fetch = next(iter(json.loads(answer)["fetch_info"].values()))[0]
        url, span = fetch["url"], fetch["url_range"]
        self.send("GET", url[url.index("/", 8):], client, 206,
                  {"Range": f"bytes={span['start']}-{span['end']}", "Authorization": ""}, None,
                  self.effect(repo, client), True)


KINDS = [(Actor.get, 40), (Actor.raw, 8), (Actor.head, 15), (Actor.not_modified, 5), (Actor.refused, 5),
         (Actor.preview, 3), (Actor.stranger, 4), (Actor.looking, 4), (Actor.lfs, 8), (Actor.xet, 8)]


class World:
    def __init__(self, server: Server):
        self.server, self.ledger, self.running = server, Ledger(), threading.Event()
        self.random = random.Random(SEED)
        self.now = FIRST
        alice, bob = server.user("alice"), server.user("bob")
        self.repos = {repo.name: repo for repo in [
            Repo("alice/model"), Repo("alice/table", "dataset"), Repo("alice/secret", private=True)]}
        for repo in self.repos.values():
            self.fill(repo, alice.token)
        hub = "unknown/None; hf_hub/2.4.0; python/3.11.2; session_id/{}"
        self.clients = [Client("10.0.1.1", hub.format("a"), token=alice.token, user="alice"),
                        Client("10.0.1.2", "git-lfs/3.3.0", token=bob.token, user="bob"),
                        Client("10.0.2.1", hub.format("x")), Client("10.0.2.1", "curl/7.88.1"),
                        Client("10.0.2.2", hub.format("x") + "; is_ci/true", CI),
                        Client("10.0.2.3", "Googlebot/2.1", ROBOTS)]
        self.clients += [Client(f"10.0.3.{n}", hub.format(n)) for n in range(6)]
        self.clients += [Client(f"2001:db8::{n:x}", "node") for n in range(4)]
        self.xet_hash = {repo.name: self.hash_of(repo, alice.token) for repo in self.repos.values()}

    def fill(self, repo: Repo, token: str) -> None:
        self.server.post("/api/repos/create", {"type": repo.type, "name": repo.name.split("/")[1],
                                               "private": repo.private}, token)
        repo.contents = {"config.json": b'{"model_type": "bert", "repo": "%s"}' % repo.name.encode(),
                         "notes.txt": self.random.randbytes(2_000).hex().encode(),
                         "weights.bin": self.random.randbytes(150_000)}
        large = repo.contents["weights.bin"]
        kind = "" if repo.type == "model" else repo.type + "s/"
        if repo.type == "model":
            must(send_large(self.server, token, repo.name, large))
        else:
            must(send_large(self.server, token, kind + repo.name, large))
        lines = [{"key": "header", "value": {"summary": "Add files"}}, add_large("weights.bin", large),
                 *(add(path, repo.contents[path]) for path in ("config.json", "notes.txt"))]
        must(self.server.request("POST", f"/api/{repo.type}s/{repo.name}/commit/main",
                                 "\n".join(map(json.dumps, lines)).encode(), token,
                                 {"Content-Type": "application/x-ndjson"}))

    def hash_of(self, repo: Repo, token: str) -> str:
        """Known once the job that gives whole objects their Xet identity has come to it."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            answer = self.server.request("GET", f"/api/{repo.type}s/{repo.name}/tree/main", token=token)
            found = [entry["xetHash"] for entry in answer.json() if entry.get("xetHash")]
            if found:
                return found[0]
            time.sleep(0.1)
        raise AssertionError(f"no Xet hash for {repo.name}")

    def at(self, moment: float) -> None:
        self.now = moment
        self.server.stop_clock(round(moment * 1_000_000))

    def play(self, moment: float, requests: int, kills: int) -> None:
        self.at(moment)
        self.running.set()
        actors = [Actor(self, f"{SEED}-{moment}-{n}", requests // THREADS) for n in range(THREADS)]
        goal = self.ledger.sent
        for actor in actors:
            actor.start()
        for number in range(kills):
            goal += requests // (kills + 1)
            while self.ledger.sent < goal and any(actor.is_alive() for actor in actors):
                time.sleep(0.001)
            self.running.clear()
            self.server.kill()
            self.server.start()
            self.running.set()
        for actor in actors:
            actor.join(120)
            assert not actor.is_alive()


def settle(server: Server) -> None:
    """Until everything that was journalled is folded: the position stands still for a while."""
    deadline, seen, since = time.monotonic() + 30, None, time.monotonic()
    while time.monotonic() < deadline:
        with server.database() as database:
            now = database.execute("SELECT folded FROM journal_position").fetchall()
        if now != seen:
            seen, since = now, time.monotonic()
        elif time.monotonic() - since > 1.5:
            return
        time.sleep(0.1)
    raise AssertionError("the journal is not folded after 30 s")


def rows_of(server: Server) -> dict:
    with server.database() as database:
        rows = database.execute(
            "SELECT a.name || '/' || r.name, d.day, d.traffic, " + ", ".join("d." + c for c in COLUMNS) +
            " FROM repository_day d JOIN repository r ON r.id = d.repo_id JOIN account a ON a.id = r.owner_id"
        ).fetchall()
    return {row[:3]: dict(zip(COLUMNS, row[3:])) for row in rows if any(row[3:])}


@pytest.fixture
def server():
    server = Server(KOHAKU_HUB_TRUSTED_PROXIES="127.0.0.1", KOHAKU_HUB_LFS_THRESHOLD_BYTES="100000")
    server.stop_clock((FIRST - DAY) * 1_000_000)
    with server:
        yield server


def test_every_column_is_exact_though_the_server_is_killed(server):
    world = World(server)
    for number, moment in enumerate(MOMENTS):
        kills = KILLS * (number + 1) // len(MOMENTS) - KILLS * number // len(MOMENTS)
        world.play(moment, REQUESTS // len(MOMENTS), kills)
    assert world.ledger.wrong == []
    assert server.runs == KILLS + 1
    settle(server)
    types = {repo.name: repo.type for repo in world.repos.values()}
    least = days_of([effect for effect in world.ledger.effects if effect.certain], types)
    most = days_of(world.ledger.effects, types)
    counted = rows_of(server)
    unsure = sum(not effect.certain for effect in world.ledger.effects)
    assert unsure <= KILLS * THREADS
    differences = [f"{key} {column}: {counted.get(key, {}).get(column, 0)} is not in "
                   f"{least.get(key, {}).get(column, 0)}..{most.get(key, {}).get(column, 0)}"
                   for key in {*least, *most, *counted} for column in COLUMNS
                   if not (least.get(key, {}).get(column, 0) <= counted.get(key, {}).get(column, 0)
                           <= most.get(key, {}).get(column, 0))]
    assert differences == [], f"seed {SEED}"
    check_api(server, world, counted)
    # The same numbers again, from the log of requests alone, by other code.
    assert server.operate("stats", "recount", "--days", "5").splitlines()[-1] == "0 differences"


def check_api(server: Server, world: World, counted: dict) -> None:
    """What the tables say is what every spelling answers, in the period of the last moment."""
    token = server.user("alice").token
    today = int(world.now // DAY)
    for repo in world.repos.values():
        mine = {key[1:]: row for key, row in counted.items() if key[0] == repo.name}
        total = sum(row["downloads"] for row in mine.values())
        for prefix in ("", "/api"):
            path = f"{prefix}/{repo.type}s/{repo.name}/stats"
            assert must(server.request("GET", path, token=token)).json() == {"downloads": total, "likes": 0}
            recent = must(server.request("GET", f"{path}/recent?days=5", token=token)).json()
            assert [day["date"] for day in recent["stats"]] == [
                datetime.fromtimestamp(day * DAY, timezone.utc).strftime("%Y-%m-%d")
                for day in range(today - 4, today + 1)]
            for day, said in zip(range(today - 4, today + 1), recent["stats"]):
                sums = {column: sum(row[column] for (at, _), row in mine.items() if at == day)
                        for column in COLUMNS}
                assert (said["downloads"], said["authenticated"], said["anonymous"], said["files"]) == (
                    sums["downloads"], sums["authenticated"], sums["downloads"] - sums["authenticated"],
                    sums["files"])
    trending = must(server.request("GET", "/api/trending?days=7", token=token)).json()["trending"]
    models = {repo.name: sum(row["downloads"] for key, row in counted.items() if key[0] == repo.name)
              for repo in world.repos.values() if repo.type == "model"}
    assert {repo["id"]: repo["recent_downloads"] for repo in trending} == models


def test_git_fetches_count_over_kills(server, tmp_path):
    """Each clone that came to its end is a session of its user, though the server dies the moment after."""
    owner = server.user("alice")
    people = [server.user(f"user{n}") for n in range(4)]
    server.organization("lab", owner, **{person.name: "visitor" for person in people})
    # git tells who it is only where it is asked.
    server.post("/api/repos/create", {"type": "model", "name": "code", "organization": "lab", "private": True},
                owner.token)
    must(commit(server, owner.token, "lab/code", [add("a.txt", b"a" * 5_000)]))
    server.stop_clock(MOMENTS[0] * 1_000_000)
    git = Git(tmp_path / "home")
    for person in people:
        cloned = git.clone(with_token(server, person, "lab/code"), tmp_path / person.name)
        server.kill()
        server.start()
        cloned("fetch", "-q")  # nothing new: no pack
    settle(server)
    with server.database() as database:
        row = database.execute("SELECT SUM(downloads), SUM(authenticated), SUM(files), SUM(requests) "
                               "FROM repository_day").fetchone()
    assert row == (4, 4, 4, 4)
