"""Starts xet_uploader.py and speaks with it."""
import json
import queue
import subprocess
import threading
from pathlib import Path

from environment import client_environment, python
from kit.server import Server


class Uploader:
    def __init__(self, server: Server, token: str, home: Path, repo: str, prefix: str, seed: str, most_bytes: int,
                 **environment: str):
        # The pauses between hf_xet's own tries would take up most of the time.
        quick = {"HF_XET_CLIENT_RETRY_BASE_DELAY": "100ms", **environment}
        home.mkdir(parents=True)
        self.server = server
        self.errors = home / "stderr.log"
        self.process = subprocess.Popen(
            [python("hub2"), str(Path(__file__).with_name("xet_uploader.py")), repo, prefix, seed, str(most_bytes)],
            env=client_environment(server, home, token, **quick), text=True, bufsize=1,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors.open("w"))
        self.answers: queue.Queue[dict | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self.answers.put(json.loads(line))
        self.answers.put(None)

    def ask(self, line: str) -> None:
        self.process.stdin.write(line + "\n")

    def answer(self, seconds: float) -> dict:
        try:
            found = self.answers.get(timeout=seconds)
        except queue.Empty:
            raise AssertionError(f"the client hangs: {self.errors.read_text()[-2000:]}\n"
                                 f"{self.connections()}\nthe server: {self.server.tail()}") from None
        assert found is not None, f"the client ended: {self.errors.read_text()[-2000:]}"
        return found

    def connections(self) -> str:
        """Those of the server's port that are open, with what waits in them (ss, or nothing without it)."""
        try:
            return subprocess.run(["ss", "-tn", f"( sport = :{self.server.port} or dport = :{self.server.port} )"],
                                  capture_output=True, text=True).stdout
        except FileNotFoundError:
            return ""

    def one(self, line: str, seconds: float) -> dict:
        self.ask(line)
        return self.answer(seconds)

    def arrived(self) -> list[dict]:
        """The answers that are there already."""
        found = []
        while not self.answers.empty():
            found.append(self.answer(1))
        return found

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
