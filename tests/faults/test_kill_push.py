"""kill -9 at random moments of pushes: what git was told is there, nothing is torn."""
import os
import random
import threading
import time

import pytest

from kit.gitwork import Git, with_token
from kit.server import Server

CYCLES = int(os.environ.get("FAULT_CYCLES", "50"))
SEED = int(os.environ.get("FAULT_SEED", str(random.randrange(1 << 30))))
START_SECONDS = 3
WRITERS = 3


class Pusher(threading.Thread):
    """Pushes commit after commit, to its own branch and to a tag of each, until the server is gone."""

    def __init__(self, git: Git, number: int, cycle: int, acknowledged: dict[str, str], tried: dict[str, set[str]]):
        super().__init__(daemon=True)
        self.git, self.number, self.cycle, self.acknowledged, self.tried = git, number, cycle, acknowledged, tried
        self.random = random.Random(f"{SEED}-{cycle}-{number}")

    def run(self):
        branch = f"refs/heads/b{self.number}"
        for count in range(1000):
            head = self.git.commit(f"{self.cycle} {count}", {
                f"{self.cycle}/{count}-{name}.dat": self.random.randbytes(self.random.randrange(1, 200_000)) for name in "ab"})
            tag = f"refs/tags/c{self.cycle}-{self.number}-{count}"
            self.tried.setdefault(branch, set()).add(head)
            self.tried[tag] = {head}
            if self.git("push", "-q", "--atomic", "origin", f"HEAD:{branch}", f"HEAD:{tag}", check=False).returncode != 0:
                return  # the server was killed
            self.acknowledged[branch] = self.acknowledged[tag] = head


@pytest.mark.timeout(CYCLES * 30 + 120)
def test_killed_while_pushes_come(tmp_path):
    print(f"FAULT_SEED={SEED}")
    chance, acknowledged, tried = random.Random(SEED), {}, {}
    with Server() as server:
        alice = server.user("alice")
        server.post("/api/repos/create", {"name": "pushed"}, alice.token)
        url = with_token(server, alice, "alice/pushed")
        clones = [Git(tmp_path / f"home-{number}").clone(url, tmp_path / f"clone-{number}") for number in range(WRITERS)]
        for cycle in range(CYCLES):
            pushers = [Pusher(git, number, cycle, acknowledged, tried) for number, git in enumerate(clones)]
            [pusher.start() for pusher in pushers]
            time.sleep(chance.uniform(0.1, 1.5))
            server.kill()
            [pusher.join(60) for pusher in pushers]
            server.start(wait_seconds=START_SECONDS)
            refs = dict(reversed(line.split("\t")) for line in clones[0].text("ls-remote", "origin").splitlines())
            for ref, head in acknowledged.items():
                there = refs.get(ref)
                assert there is not None and there in tried[ref], (cycle, ref, head, there)
                if there != head:  # an answer was lost, not the push: it is a later one
                    writer = clones[int(ref[len("refs/heads/b"):])]
                    writer("merge-base", "--is-ancestor", head, there)
            for ref, heads in tried.items():
                assert refs.get(ref) is None or refs[ref] in heads, (cycle, ref)
            # Branch and tag moved together.
            for number in range(WRITERS):
                tip = refs.get(f"refs/heads/b{number}")
                tags = {value for name, value in refs.items() if name.startswith(f"refs/tags/c") and f"-{number}-" in name}
                assert tip is None or tip in tags, (cycle, number)
            assert server.git_fsck() == 1
        assert len(acknowledged) > CYCLES // 2, f"hardly anything was pushed: {len(acknowledged)}"
        whole = Git(tmp_path / "home-0").clone(url, tmp_path / "whole", "--mirror")
        whole.fsck()
        server.stop()
        server.fsck()
        server.start()
