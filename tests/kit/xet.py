"""Xorbs and shards as clients send them, for tests that must get every byte of them wrong once.

Written from docs/xet-formats.md. Needs the package blake3.
"""
import hashlib
import struct
from dataclasses import dataclass, field

from blake3 import blake3

DATA_KEY = bytes([102, 151, 245, 119, 91, 149, 80, 222, 49, 53, 203, 172, 165, 151, 24, 28, 157, 228, 33,
                  16, 155, 235, 43, 88, 180, 208, 176, 75, 147, 173, 242, 41])
NODE_KEY = bytes([1, 126, 197, 199, 165, 71, 41, 150, 253, 148, 102, 102, 180, 138, 2, 230, 93, 221, 83,
                  111, 55, 199, 109, 210, 248, 99, 82, 230, 74, 83, 113, 63])
RANGE_KEY = bytes([127, 24, 87, 214, 206, 86, 237, 102, 18, 127, 249, 19, 231, 165, 195, 243, 164, 205, 38,
                   213, 181, 219, 73, 230, 65, 36, 152, 127, 40, 251, 148, 195])
NONE, LZ4, GROUPED_LZ4 = 0, 1, 2
SHARD_TAG = b"HFRepoMetaData\0" + bytes.fromhex("556967456a7b815783a5bdd95ccdd14aa9")
BOOKEND = b"\xff" * 32 + bytes(16)
HAS_RANGE_HASHES, HAS_SHA256 = 1 << 31, 1 << 30


def keyed(key: bytes, data: bytes) -> bytes:
    return blake3(data, key=key).digest()


def swapped(data: bytes) -> bytes:
    """Every group of eight bytes backwards: from a hash to its text, and back."""
    return b"".join(data[at:at + 8][::-1] for at in range(0, len(data), 8))


def text(hash_: bytes) -> str:
    return swapped(hash_).hex()


def from_text(digits: str) -> bytes:
    return swapped(bytes.fromhex(digits))


def chunk_hash(content: bytes) -> bytes:
    return keyed(DATA_KEY, content)


def range_hash(chunk_hashes: list[bytes]) -> bytes:
    return keyed(RANGE_KEY, b"".join(chunk_hashes))


def tree_root(nodes: list[tuple[bytes, int]]) -> bytes:
    """Of (hash, size) of every chunk."""
    while len(nodes) > 1:
        parents, group = [], []
        for at, node in enumerate(nodes):
            group.append(node)
            ends = len(group) >= 3 and int.from_bytes(node[0][-8:], "little") % 4 == 0
            if ends or len(group) == 9 or at == len(nodes) - 1:
                lines = "".join(f"{text(hash_)} : {size}\n" for hash_, size in group)
                parents.append((keyed(NODE_KEY, lines.encode()), sum(size for _, size in group)))
                group = []
        nodes = parents
    return nodes[0][0] if nodes else bytes(32)


def chunk(content: bytes, scheme: int = NONE, packed: bytes | None = None, size: int | None = None,
          version: int = 0, length: int | None = None) -> bytes:
    """One serialized chunk; what is given besides the content need not be true."""
    packed = content if packed is None else packed
    length = len(packed) if length is None else length
    size = len(content) if size is None else size
    return (bytes([version]) + length.to_bytes(3, "little") + bytes([scheme])
            + size.to_bytes(3, "little") + packed)


@dataclass
class Xorb:
    """What the chunks say, and their serialized form without compression."""
    contents: list[bytes]

    def __post_init__(self):
        self.hashes = [chunk_hash(content) for content in self.contents]
        self.hash = tree_root([(hash_, len(content)) for hash_, content in zip(self.hashes, self.contents)])
        self.body = b"".join(map(chunk, self.contents))

    @property
    def name(self) -> str:
        return text(self.hash)

    def content(self, first: int = 0, last: int | None = None) -> bytes:
        return b"".join(self.contents[first:last])

    def term(self, first: int = 0, last: int | None = None, **lies) -> "Term":
        last = len(self.contents) if last is None else last
        honest = {"xorb": self.hash, "size": len(self.content(first, last)), "first": first, "last": last,
                  "range_hash": range_hash(self.hashes[first:last])}
        return Term(self, **{**honest, **lies})


@dataclass
class Term:
    source: Xorb
    xorb: bytes
    size: int
    first: int
    last: int
    range_hash: bytes


@dataclass
class File:
    terms: list[Term]
    hash: bytes | None = None      # the right one when nothing is said
    sha256: bytes | None = None    # the right one; b"" leaves the record out
    range_hashes: bool = True
    flags: int | None = None
    count: int | None = None       # of terms, as the header says

    def chunks(self) -> list[tuple[bytes, int]]:
        return [(term.source.hashes[at], len(term.source.contents[at])) for term in self.terms
                for at in range(term.first, min(term.last, len(term.source.contents)))]

    def content(self) -> bytes:
        return b"".join(term.source.content(term.first, term.last) for term in self.terms)

    @property
    def right_hash(self) -> bytes:
        nodes = self.chunks()
        return keyed(bytes(32), tree_root(nodes)) if nodes else bytes(32)

    @property
    def name(self) -> str:
        return text(self.hash or self.right_hash)

    @property
    def oid(self) -> str:
        return hashlib.sha256(self.content()).hexdigest()

    def block(self) -> bytes:
        sha256 = swapped(hashlib.sha256(self.content()).digest()) if self.sha256 is None else self.sha256
        flags = (HAS_RANGE_HASHES if self.range_hashes else 0) | (HAS_SHA256 if sha256 else 0)
        flags = flags if self.flags is None else self.flags
        count = len(self.terms) if self.count is None else self.count
        records = [record(self.hash or self.right_hash, flags, count)]
        records += [record(term.xorb, 0, term.size, term.first, term.last) for term in self.terms]
        records += [record(term.range_hash) for term in self.terms if self.range_hashes]
        records += [record(sha256)] if sha256 else []
        return b"".join(records)


def record(hash_: bytes, *numbers: int) -> bytes:
    return hash_ + struct.pack("<4I", *numbers, *[0] * (4 - len(numbers)))


@dataclass
class Shard:
    files: list[File]
    listed: list[Xorb] = field(default_factory=list)

    def bytes(self) -> bytes:
        parts = [SHARD_TAG, struct.pack("<2Q", 2, 0), *[file.block() for file in self.files], BOOKEND]
        for xorb in self.listed:
            parts.append(record(xorb.hash, 0, len(xorb.contents), len(xorb.content()), len(xorb.body)))
            offset = 0
            for hash_, content in zip(xorb.hashes, xorb.contents):
                parts.append(record(hash_, offset, len(content)))
                offset += len(content)
        return b"".join([*parts, BOOKEND])


# LZ4 frames, by hand

def _rotate(value: int, by: int) -> int:
    return (value << by | value >> (32 - by)) & 0xFFFFFFFF


def _xxh32(data: bytes) -> int:
    """Of fewer than 4 bytes, without a seed."""
    result = (0x165667B1 + len(data)) & 0xFFFFFFFF
    for byte in data:
        result = _rotate((result + byte * 0x165667B1) & 0xFFFFFFFF, 11) * 0x9E3779B1 & 0xFFFFFFFF
    result = (result ^ result >> 15) * 0x85EBCA77 & 0xFFFFFFFF
    result = (result ^ result >> 13) * 0xC2B2AE3D & 0xFFFFFFFF
    return result ^ result >> 16


def lz4_frame(*blocks: bytes) -> bytes:
    """Of blocks that are compressed already, each at most 4 MiB when unpacked."""
    description = bytes([0x60, 0x70])
    packed = b"".join(len(block).to_bytes(4, "little") + block for block in blocks)
    return (bytes.fromhex("04224d18") + description + bytes([_xxh32(description) >> 8 & 0xFF]) + packed
            + bytes(4))


def lz4_block(byte: int, count: int) -> bytes:
    """`count` (at least 20) times one byte: a literal, a match that repeats it, and five literals."""
    extra = count - 6 - 4 - 15
    assert extra >= 0
    return (bytes([0x1F, byte, 1, 0]) + b"\xff" * (extra // 255) + bytes([extra % 255])
            + bytes([0x50]) + bytes([byte]) * 5)
