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
CLIENT = struct.Struct("<BBq")
TARGET = struct.Struct("<BBBBqq")
OUTCOME = struct.Struct("<BBHIIqQq")


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
                if content[offset + 8] == 3:
                    found.append(_event(content, _payload(content, offset)))
                offset += 8 + length
            self.taken[segment.name] = offset
        return found


def who(data_dir: Path, *, user: int = 0, address: str = "", program: str = "") -> bytes:
    """The keyed hash of a user, or of an anonymous client (decision 18)."""
    key = _hmac((data_dir / "secrets" / "master").read_bytes(), b"download-who")
    return _hmac(key, f"u{user}".encode() if user else f"c{address}\n{program}".encode())[:16]


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()


def _payload(content: bytes, offset: int) -> bytes:
    return content[offset + 8:offset + 8 + int.from_bytes(content[offset:offset + 4], "little")]


def _texts(payload: bytes, offset: int, count: int) -> tuple[list[str], int]:
    """So many texts, and where they end."""
    texts = []
    for _ in range(count):
        length = int.from_bytes(payload[offset:offset + 2], "little")
        texts.append(payload[offset + 2:offset + 2 + length].decode())
        offset += 2 + length
    return texts, offset


def _event(content: bytes, outcome: bytes) -> Event:
    """Of the segment's whole content, and the payload of an outcome in it."""
    _, _, status, client_at, target_at, at, size, duration = OUTCOME.unpack(outcome)
    client, target = _payload(content, client_at), _payload(content, target_at)
    part, has_who, user = CLIENT.unpack_from(client)
    assert part == 1
    (address, user_agent), end = _texts(client, CLIENT.size, 2)
    assert len(client) - end == (16 if has_who else 0), "the whole payload is understood"
    part, type, door, flags, repo, owner = TARGET.unpack_from(target)
    assert part == 2
    (repository, method, path, revision), files_at = _texts(target, TARGET.size, 4)
    count = int.from_bytes(target[files_at:files_at + 2], "little")
    files = list(struct.unpack(f"<{count}Q", target[files_at + 2:]))
    return Event(at, repo, owner, user, size, duration, status, TYPES[type], DOORS[door], bool(flags & 1),
                 bool(flags & 2), repository, method, address, user_agent, path, revision, files,
                 client[end:] or None)
