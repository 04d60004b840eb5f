"""The rows about git: P6, and two without a bar: small pushes, and many clones at once."""
import random
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench import measure
from bench.measure import Row
from bench.nginx import Nginx
from tests.kit.gitwork import Git
from tests.kit.server import Server

ROUNDS = 5
FILES = 2000          # more than git would unpack loose
FILE_BYTES = 100_000  # 200 MB that do not compress
CLONES = 50
PUSHES = 40


def source_repository(git: Git, directory: Path, files: int, size: int) -> Git:
    source = git.init(directory)
    chance = random.Random(7)
    for number in range(files):
        path = directory / f"folder-{number % 20}" / f"file-{number}.bin"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(chance.randbytes(size))
    source("add", "-A")
    source("commit", "-q", "-m", "files")
    return source


class Places:
    """The same repository on our hub, behind nginx and http-backend, and as a bare directory."""

    def __init__(self, work: Path, server: Server, nginx: Nginx, files: int, size: int):
        self.home = Path(tempfile.mkdtemp(prefix="git-home-", dir=work))
        self.git = Git(self.home)
        alice = server.user("alice")
        server.post("/api/repos/create", {"name": "cloned"}, alice.token)
        self.ours = f"{server.url.replace('://', f'://alice:{alice.token}@')}/alice/cloned"
        self.source = source_repository(self.git, self.home / "source", files, size)
        self.source("push", "-q", "--force", self.ours, "main")
        bare = nginx.directory / "git" / "cloned.git"
        self.git("clone", "-q", "--bare", self.home / "source", bare)
        self.git.at(bare)("repack", "-q", "-a", "-d", "-b")
        self.backend = f"{nginx.url}/git/cloned.git"
        self.local = f"file://{bare}"

    def clone(self, url: str) -> None:
        """Into memory, without a work tree: what is measured is the server."""
        target = Path(tempfile.mkdtemp(prefix="kohakuhub-clone-", dir="/dev/shm"))
        try:
            self.git("clone", "-q", "--bare", url, target)
        finally:
            shutil.rmtree(target)


def p6(work: Path) -> list[Row]:
    """Clone of 200 MB, warm, beside git's own server and a clone from the disk."""
    with Server(KOHAKU_HUB_LOG_LEVEL="WARNING") as server, Nginx(work) as nginx:
        nginx.start_git()
        places = Places(work, server, nginx, FILES, FILE_BYTES)
        urls = (places.ours, places.backend, places.local)
        for url in urls:
            places.clone(url)
        idle = measure.wait_until_idle(60)
        ours, backend, local = map(measure.median, measure.in_turn(
            ROUNDS, *(lambda url=url: measure.seconds(lambda: places.clone(url)) for url in urls)))
    return [Row("P6", "clone of 200 MB by HTTP, warm", f"{ours:.2f} s", f"{name}: {other:.2f} s", other / ours,
                f">= {bar}", other / ours >= bar, idle)
            for name, other, bar in (("git http-backend behind nginx", backend, 1.0), ("git clone file://", local, 0.9))]


def pushes(work: Path) -> list[Row]:
    """Small commits, each pushed by itself, beside pushes into a bare directory."""
    with Server(KOHAKU_HUB_LOG_LEVEL="WARNING") as server:
        home = Path(tempfile.mkdtemp(prefix="git-home-", dir=work))
        git, alice = Git(home), server.user("alice")
        server.post("/api/repos/create", {"name": "pushed"}, alice.token)
        git("init", "-q", "--bare", home / "bare.git")
        urls = (f"{server.url.replace('://', f'://alice:{alice.token}@')}/alice/pushed", str(home / "bare.git"))
        source = source_repository(git, home / "source", 10, 1000)
        for url in urls:
            source("push", "-q", "--force", url, "main")
        number = 0

        def push_small(url: str) -> float:
            nonlocal number
            taken = 0.0
            for _ in range(PUSHES):
                number += 1
                (home / "source" / "small.txt").write_text(f"{number}\n")
                source("add", "-A")
                source("commit", "-q", "-m", f"commit {number}")
                taken += measure.seconds(lambda: source("push", "-q", url, "main"))
            return taken / PUSHES
        idle = measure.wait_until_idle(60)
        ours, local = map(measure.median, measure.in_turn(3, *(lambda url=url: push_small(url) for url in urls)))
    return [Row("push", "push of a small commit by HTTP, durable", f"{1 / ours:.1f}/s",
                f"git push to a local bare repository, unsynced: {1 / local:.1f}/s", local / ours, "none", None, idle)]


def clones(work: Path) -> list[Row]:
    """Fifty clones at once of 20 MB; every one must get through."""
    with Server(KOHAKU_HUB_LOG_LEVEL="WARNING") as server, Nginx(work) as nginx:
        nginx.start_git(CLONES)
        places = Places(work, server, nginx, 200, 100_000)

        def all_at_once(url: str) -> float:
            def run() -> None:
                with ThreadPoolExecutor(CLONES) as pool:
                    list(pool.map(lambda _: places.clone(url), range(CLONES)))
            return measure.seconds(run)
        idle = measure.wait_until_idle(60)
        ours, backend = map(measure.median, measure.in_turn(3, lambda: all_at_once(places.ours),
                                                            lambda: all_at_once(places.backend)))
    return [Row("clones", f"{CLONES} clones of 20 MB at once", f"{ours:.2f} s",
                f"git http-backend behind nginx: {backend:.2f} s", backend / ours, "none", None, idle)]
