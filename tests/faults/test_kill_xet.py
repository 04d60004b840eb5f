"""kill -9 at random moments of Xet uploads: what upload_file acknowledged is complete, and the next try succeeds."""
import contextlib
import hashlib
import os
import random
import subprocess
import time
from pathlib import Path

import pytest

from environment import client_environment
from kit.server import Server
from transfer import download, sha256_of, upload_command
from xet_client import Uploader

CYCLES = int(os.environ.get("FAULT_CYCLES", "50"))
SEED = int(os.environ.get("FAULT_SEED", str(random.randrange(1 << 30))))
FILE_BYTES = int(os.environ.get("FAULT_FILE_BYTES", str(256 << 20)))
START_SECONDS = 3
REPO = "alice/killed"


def check(server: Server, files: list[dict]) -> None:
    for file in files:
        answer = server.request("GET", f"/{REPO}/resolve/main/{file['path']}")
        assert answer.status == 200 and hashlib.sha256(answer.body).hexdigest() == file["sha256"], file


def acknowledged(answers: list[dict]) -> list[dict]:
    for answer in answers:
        assert "error" not in answer, f"did not succeed after the restart: {answer}"
    return answers


def keep_busy(uploader: Uploader, waiting: int) -> list[dict]:
    """What came of the last files; as many new ones are asked for."""
    done = acknowledged(uploader.arrived())
    for _ in range(len(done) or waiting):
        uploader.ask("until-done")
    return done


@pytest.mark.timeout(CYCLES * 20 + 120)
def test_killed_at_random_moments(tmp_path):
    print(f"FAULT_SEED={SEED}")
    chance, slowest, everything, cut = random.Random(SEED), 0.0, [], 0
    with Server() as server, contextlib.ExitStack() as stack:
        token = server.user("alice").token
        server.post("/api/repos/create", {"name": REPO.split("/")[1]}, token)
        uploaders = [Uploader(server, token, tmp_path / f"client-{number}", REPO, f"{number}", f"{SEED}-{number}",
                              most_bytes) for number, most_bytes in enumerate((200_000, 12_000_000))]
        for uploader in uploaders:
            stack.callback(uploader.end)
            everything.append(uploader.one("until-done", 60))
            for _ in range(20):
                uploader.ask("until-done")
        for cycle in range(CYCLES):
            time.sleep(chance.uniform(0.2, 1.5))
            assert server.process.poll() is None, f"cycle {cycle}: ended by itself\n{server.tail()}"
            server.kill()
            if cycle % 10 == 9:
                server.fsck()
            started = time.monotonic()
            server.start(wait_seconds=START_SECONDS)
            slowest = max(slowest, time.monotonic() - started)
            fresh = [file for uploader in uploaders for file in keep_busy(uploader, waiting=0)]
            check(server, fresh)
            everything += fresh
        for uploader in uploaders:
            last = uploader.answer(90)
            everything += acknowledged([last, *uploader.arrived()])
            uploader.end()
        check(server, everything)
        cut = sum(file["tries"] > 1 for file in everything)
        print(f"{CYCLES} kills, {len(everything)} files, {cut} of them in more than one call, "
              f"slowest start {slowest:.2f} s")
        # Most are carried through one call by the client's own tries.
        assert len(everything) > CYCLES and cut > 0, "no kill has met an upload"
        by_xet = download(server, None, REPO, everything[-1]["path"], tmp_path / "reader")
        assert sha256_of(by_xet) == everything[-1]["sha256"]
        assert server.git_fsck() == 1
        server.stop()
        server.fsck()
        server.start()


class LargeUpload:
    """One call of upload_file in a process of its own."""

    def __init__(self, server: Server, token: str, file: Path, home: Path):
        home.mkdir(parents=True, exist_ok=True)
        self.errors = home / "stderr.log"
        self.process = subprocess.Popen(upload_command("alice/large", file, "large.bin"),
                                        env=client_environment(server, home, token),
                                        stdout=subprocess.DEVNULL, stderr=self.errors.open("w"))

    def is_running(self) -> bool:
        return self.process.poll() is None

    def succeeded(self) -> bool:
        return self.process.returncode == 0


@pytest.mark.timeout(FILE_BYTES // 2_000_000 + 300)
def test_a_large_file_arrives_in_spite_of_kills(tmp_path):
    """The server is killed three times while the file is sent; a client that is called again brings it to its end."""
    chance, large = random.Random(SEED), tmp_path / "large.bin"
    with large.open("wb") as file:
        for begin in range(0, FILE_BYTES, 64 << 20):
            file.write(chance.randbytes(min(64 << 20, FILE_BYTES - begin)))
    with Server() as server:
        token = server.user("alice").token
        shares = [0.1, 0.4, 0.7]
        for _ in range(len(shares) + 1):
            upload = LargeUpload(server, token, large, tmp_path / "writer")
            while upload.is_running():
                if shares and arrived_bytes(server) > shares[0] * FILE_BYTES:
                    server.kill()
                    server.start(wait_seconds=START_SECONDS)
                    shares.pop(0)
                time.sleep(0.02)
            if upload.succeeded():
                break
        assert upload.succeeded(), upload.errors.read_text()[-2000:]
        assert not shares, "it was there before it could be interrupted"
        local = download(server, None, "alice/large", "large.bin", tmp_path / "reader",
                         timeout=FILE_BYTES // 4_000_000 + 200)
        assert sha256_of(local) == sha256_of(large)
        server.stop()
        server.fsck()
        server.start()


def arrived_bytes(server: Server) -> int:
    """Of the xorbs whose upload was acknowledged."""
    with server.database() as database:
        return database.execute("SELECT coalesce(sum(packed_size), 0) FROM xorb").fetchone()[0]
