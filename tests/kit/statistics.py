"""Numbers written straight into a server's tables, as the folding would write them."""
import random
import time

TRAFFIC = {"people": 0, "ci": 1, "bots": 2}


def today() -> int:
    """Days since 1970-01-01, UTC."""
    return int(time.time()) // 86_400


def add_day(database, repo_id: int, day: int, downloads: int, traffic: str = "people", **columns: int) -> None:
    values = {"downloads": downloads, "authenticated": 0, "files": downloads, "huggingface": 0,
              "huggingface_authenticated": 0, "requests": downloads, "requests_authenticated": 0, "bytes": 0,
              **columns}
    names = ["repo_id", "day", "traffic", *values]
    database.execute(f"INSERT INTO repository_day ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
                     [repo_id, day, TRAFFIC[traffic], *values.values()])
    late = downloads if day > today() - 7 else 0
    database.execute("UPDATE repository SET downloads = downloads + ?, trending_score = trending_score + ? "
                     "WHERE id = ?", (downloads, late, repo_id))


def repo_id(database, name: str, kind: str = "model") -> int:
    owner, _, bare = name.partition("/")
    return database.execute("SELECT r.id FROM repository r JOIN account a ON a.id = r.owner_id "
                            "WHERE a.name = ? AND r.name = ? AND r.type = ?", (owner, bare, kind)).fetchone()[0]


def dense_sketch(downloaders: int, seed: int) -> bytes:
    """Registers as `downloaders` of them leave them (src/stats/sketch.h): the greatest of geometric numbers."""
    choose = random.Random(seed)
    registers = bytearray(1 << 14)
    for _ in range(downloaders):
        hashed = choose.getrandbits(64)
        index, rest = hashed >> 50, hashed & ((1 << 50) - 1)
        registers[index] = max(registers[index], 51 - rest.bit_length())
    return b"\x02" + bytes(registers)
