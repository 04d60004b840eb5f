"""A KohakuHub server of our own for a test: a free port, a temporary data directory, people in it.

Needs the standard library only. The binary is the one KOHAKUHUB_BINARY names, or the release build.

    with Server() as server:
        alice = server.user("alice")       # a Person: name, password, token, read_token
        ... server.url ...
"""
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("KOHAKUHUB_BINARY", ROOT / "build" / "release" / "kohakuhub"))
CLIENTS = Path(os.environ.get("KOHAKUHUB_CLIENTS", ROOT / ".cache" / "clients"))
LISTENING = re.compile(r"^Listening on http://[^\s:]+:(\d+)\s*$", re.MULTILINE)


class ServerError(AssertionError):
    """The server did something no test may pass over: no start, no clean end, a report of damage."""


@dataclass
class Person:
    name: str
    password: str
    token: str
    read_token: str


@dataclass
class Answer:
    status: int
    headers: "http.client.HTTPMessage"
    body: bytes

    def json(self):
        return json.loads(self.body)


class Server:
    """One process at a time on one data directory. Ends with SIGTERM unless killed by the test."""

    def __init__(self, data_dir: Path | None = None, port: int = 0, **environment: str):
        self.directory = Path(tempfile.mkdtemp(prefix="kohakuhub-test-"))
        self.data_dir = data_dir or self.directory / "data"
        self.environment = environment
        self.port = port
        self.process: subprocess.Popen | None = None
        self.people: dict[str, Person] = {}
        self.runs = 0

    def __enter__(self) -> "Server":
        try:
            return self.start()
        except BaseException:
            self.kill()
            raise

    def __exit__(self, kind, *_):
        try:
            self.stop()
        except ServerError:
            if kind is None:
                raise
        finally:
            self.kill()
            shutil.rmtree(self.directory, ignore_errors=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command(self, *arguments: str) -> list[str]:
        return [str(BINARY), *arguments]

    def _environment(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items()
                 if not name.startswith(("KOHAKU_HUB_", "HF_"))}
        return {**clean, "KOHAKU_HUB_DATA_DIR": str(self.data_dir), **self.environment}

    # Starting and ending

    def start(self, wait_seconds: float = 30, **environment: str) -> "Server":
        """Starts on the port of the run before, if there was one, and waits until it answers."""
        self.runs += 1
        output = self.directory / f"stdout-{self.runs}.log"
        with output.open("wb") as out, self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command("serve", "--data-dir", str(self.data_dir), "--host", "127.0.0.1",
                             "--port", str(self.port)),
                stdout=out, stderr=log, stdin=subprocess.DEVNULL,
                env={**self._environment(), **environment})
        deadline = time.monotonic() + wait_seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise ServerError(f"ended with {self.process.returncode} at start\n{self.tail()}")
            found = LISTENING.search(output.read_text(errors="replace"))
            if found:
                self.port = int(found.group(1))
                if self._healthy():
                    return self
            time.sleep(0.01)
        raise ServerError(f"does not answer after {wait_seconds} s\n{self.tail()}")

    def _healthy(self) -> bool:
        try:
            return self.request("GET", "/health", timeout=2).status == 200
        except OSError:
            return False

    @property
    def log(self) -> Path:
        return self.directory / "server.log"

    def tail(self, characters: int = 4000) -> str:
        texts = [path.read_text(errors="replace") for path in
                 [*sorted(self.directory.glob("stdout-*.log"))[-1:], self.log] if path.exists()]
        return "\n".join(texts)[-characters:]

    def stop(self, wait_seconds: float = 20) -> None:
        """SIGTERM; a server that had already gone, hangs or ends with an error is a failed test."""
        process, self.process = self.process, None
        if process is None:
            return
        if process.poll() is not None:
            raise ServerError(f"had ended by itself with {process.returncode}\n{self.tail()}")
        process.send_signal(signal.SIGTERM)
        try:
            status = process.wait(wait_seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise ServerError(f"still there {wait_seconds} s after SIGTERM\n{self.tail()}") from None
        if status != 0:
            raise ServerError(f"ended with {status} after SIGTERM\n{self.tail()}")

    def kill(self) -> None:
        """kill -9."""
        process, self.process = self.process, None
        if process is not None:
            process.kill()
            process.wait()

    # People

    def admin(self, *arguments: str, input: str = "") -> str:
        """Runs `kohakuhub admin …` on this data directory and returns what it printed."""
        return self.operate("admin", *arguments, input=input)

    def operate(self, *arguments: str, input: str = "") -> str:
        """Runs an operator's command on this data directory and returns what it printed."""
        done = subprocess.run(self.command(*arguments), input=input, text=True, timeout=60,
                              capture_output=True, env=self._environment())
        if done.returncode != 0:
            raise ServerError(f"{' '.join(arguments)}: {done.returncode} {done.stderr}")
        return done.stdout.strip()

    def token(self, name: str, token_name: str, role: str = "write") -> str:
        token = self.admin("token", "create", name, token_name, "--role", role)
        if not re.fullmatch(r"hf_[A-Za-z0-9]{20,}", token):
            raise ServerError(f"admin token create printed {token!r}")
        return token

    def user(self, name: str) -> Person:
        if name not in self.people:
            password = f"{name}-Passw0rd!"
            self.admin("user", "create", name, "--email", f"{name}@example.org",
                       "--password-stdin", input=password + "\n")
            self.people[name] = Person(name, password, self.token(name, "tests"),
                                       self.token(name, "tests-read", "read"))
        return self.people[name]

    def organization(self, name: str, owner: Person, **roles: str) -> str:
        """Made by `owner`, who becomes super-admin; `roles` are member=role."""
        self.post("/org/create", {"name": name}, owner.token)
        for member, role in roles.items():
            self.post(f"/org/{name}/members", {"username": member, "role": role}, owner.token)
        return name

    # Time

    def stop_clock(self, microseconds: int) -> None:
        """Gives the server, before or while it runs, a clock that stands at this time (since 1970, UTC)."""
        path = self.directory / "clock"
        if not path.exists():
            self.environment["KOHAKU_HUB_CLOCK_FILE"] = str(path)
            path.touch()
        with path.open("r+b") as file:
            file.write(microseconds.to_bytes(8, "little", signed=True))

    # Plain requests (no redirects are followed, no status is an exception)

    def request(self, method: str, path: str, body: bytes | dict | list | None = None,
                token: str | None = None, headers: dict | None = None, timeout: float = 60) -> Answer:
        headers = dict(headers or {})
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        if token:
            headers["Authorization"] = f"Bearer {token}"
        request = urllib.request.Request(self.url + path if path.startswith("/") else path, body,
                                         headers, method=method)
        try:
            with _opener.open(request, timeout=timeout) as reply:
                return Answer(reply.status, reply.headers, reply.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read())

    def post(self, path: str, body: dict, token: str | None = None) -> dict:
        """A request that must succeed."""
        answer = self.request("POST", path, body, token)
        if answer.status != 200:
            raise ServerError(f"POST {path}: {answer.status} {answer.body[:500]!r}")
        return answer.json()

    @contextlib.contextmanager
    def database(self):
        """A connection to the SQLite file; what was changed is written at the end."""
        with contextlib.closing(sqlite3.connect(self.data_dir / "hub.db", timeout=30)) as connection:
            connection.execute("PRAGMA foreign_keys = ON")
            with connection:
                yield connection

    def fsck(self) -> str:
        """`kohakuhub fsck` on the data directory; anything but no problems is a failed test."""
        done = subprocess.run(self.command("fsck", "--data-dir", str(self.data_dir)), text=True,
                              capture_output=True, timeout=600, env=self._environment())
        lines = done.stdout.strip().splitlines()
        if done.returncode != 0 or not lines or not re.search(r"\b0 problems$", lines[-1]):
            raise ServerError(f"fsck: {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        return lines[-1]

    def git_directories(self) -> list[Path]:
        """Every repository's bare git directory below the data directory."""
        return sorted(path.parent for path in self.data_dir.rglob("HEAD")
                      if (path.parent / "objects").is_dir())

    def git_fsck(self) -> int:
        """`git fsck --full` on every repository; returns how many there are."""
        directories = self.git_directories()
        for directory in directories:
            done = subprocess.run(["git", "--git-dir", str(directory), "fsck", "--full", "--strict"],
                                  text=True, capture_output=True, timeout=300)
            noise = [line for line in (done.stdout + done.stderr).splitlines()
                     if not line.startswith(("dangling ", "Checking ", "notice: "))]
            if done.returncode != 0 or noise:
                raise ServerError(f"git fsck {directory}: {done.returncode}\n" + "\n".join(noise[:50]))
        return len(directories)


def free_port() -> int:
    """A port nobody listens on now; for a server that must know its address before it starts."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)
