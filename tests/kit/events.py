"""The journal of events of a server, read from its files as docs/events.md describes them."""
import hashlib
import hmac
import struct
from dataclasses import dataclass
from pathlib import Path

DOORS = {1: "resolve", 2: "raw", 3: "lfs_batch", 4: "lfs_object", 5: "xet_reconstruction", 6: "xet_fetch",
         7: "git_fetch", 8: "metadata"}
TYPES = {0: "model", 1: "dataset", 2: "space"}
GIT_FETCH_FILE = 1
HEADER_BYTES = 64
NUMBERS = struct.Struct("<qqqqQqiBBH")


@dataclass
class Event:
    at: int  # microseconds since 1970
    repo: int
    owner: int
    user: int  # 0: anonymous
    bytes: int
    duration: int  # microseconds
    status: int
    type: str
    door: str
    preview: bool
    download_counter: bool
    repository: str
    method: str
    address: str
    user_agent: str
    path: str
    revision: str
    files: list[int]
    who: bytes | None

    @property
    def counted(self) -> bool:
        """Whether it is a download by decision 19: somebody got a file, or the way to it."""
        if self.preview or not self.files:
            return False
        if self.door in ("lfs_batch", "git_fetch"):
            return self.status == 200
        return (self.door in ("resolve", "raw", "xet_reconstruction") and self.method == "GET" and
                self.status in (200, 206, 302))


def file_of(identity: str) -> int:
    """A file as events name it, by the hexadecimal id of a blob or the SHA-256 of a large object."""
    return int(identity[:16], 16)


class Events:
    """Of one server. take() gives those that came since the last take()."""

    def __init__(self, data_dir: Path):
        self.data_dir = data_dir
        self.taken: dict[str, int] = {}  # up to which offset of which segment

    def take(self) -> list[Event]:
        found = []
        for segment in sorted((self.data_dir / "events").glob("*.events")):
            content = segment.read_bytes()
            assert content[:8] == b"KHEVENTS", segment
            offset = self.taken.get(segment.name, HEADER_BYTES)
            while offset + 8 <= len(content) and (length := int.from_bytes(content[offset:offset + 4], "little")):
                found.append(_event(content[offset + 8:offset + 8 + length]))
                offset += 8 + length
            self.taken[segment.name] = offset
        return found


def who(data_dir: Path, *, user: int = 0, address: str = "", program: str = "") -> bytes:
    """The keyed hash of a user, or of an anonymous client (decision 18)."""
    key = _hmac((data_dir / "secrets" / "master").read_bytes(), b"download-who")
    return _hmac(key, f"u{user}".encode() if user else f"c{address}\n{program}".encode())[:16]


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()


def _event(payload: bytes) -> Event:
    at, repo, owner, user, size, duration, status, type, door, flags = NUMBERS.unpack_from(payload)
    offset = NUMBERS.size
    texts = []
    for _ in range(6):
        length = int.from_bytes(payload[offset:offset + 2], "little")
        texts.append(payload[offset + 2:offset + 2 + length].decode())
        offset += 2 + length
    count = int.from_bytes(payload[offset:offset + 2], "little")
    files = list(struct.unpack_from(f"<{count}Q", payload, offset + 2))
    offset += 2 + 8 * count
    rest = payload[offset:]
    assert len(rest) == (16 if flags & 4 else 0), "the whole payload is understood"
    repository, method, address, user_agent, path, revision = texts
    return Event(at, repo, owner, user, size, duration, status, TYPES[type], DOORS[door], bool(flags & 1),
                 bool(flags & 2), repository, method, address, user_agent, path, revision, files, rest or None)
