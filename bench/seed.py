"""Many repositories at once, written straight into a stopped server's data directory."""
import os
import shutil
import sqlite3
import time
from pathlib import Path

MOST_LINKS = 60_000  # to one file, on ext4


def repositories(data_dir: Path, count: int) -> None:
    """Copies of the first repository's row and directory under new names and ids."""
    database = sqlite3.connect(data_dir / "hub.db", isolation_level=None)
    first, owner = database.execute("SELECT id, owner_id FROM repository ORDER BY id LIMIT 1").fetchone()
    target, commit = database.execute("SELECT target, commit_id FROM ref WHERE repo_id = ?", (first,)).fetchone()
    pack, objects, size = database.execute("SELECT name, objects, bytes FROM pack WHERE repo_id = ?", (first,)).fetchone()
    source = directory(data_dir, first)
    now = time.time_ns() // 1000
    start = database.execute("SELECT next_value FROM sequence WHERE name = 'repository'").fetchone()[0]
    database.execute("BEGIN")
    for number in range(start, start + count):
        name = f"seeded_{number}"
        database.execute("INSERT INTO repository (id, type, owner_id, name, lookup_name, created_at, updated_at) "
                         "VALUES (?, 'model', ?, ?, ?, ?, ?)", (number, owner, name, name, now, now))
        database.execute("INSERT INTO ref (repo_id, name, target, commit_id, commit_count, updated_at) "
                         "VALUES (?, 'refs/heads/main', ?, ?, 1, ?)", (number, target, commit, now))
        database.execute("INSERT INTO pack (repo_id, name, objects, bytes, created_at) VALUES (?, ?, ?, ?, ?)",
                         (number, pack, objects, size, now))
    database.execute("UPDATE sequence SET next_value = ? WHERE name = 'repository'", (start + count,))
    database.execute("COMMIT")
    database.close()
    for number in range(start, start + count):
        target = directory(data_dir, number)
        if (number - start) % MOST_LINKS == 0:  # a fresh copy, to which the next ones link
            shutil.copytree(source, target)
            source = target
        else:
            shutil.copytree(source, target, copy_function=os.link)


def directory(data_dir: Path, number: int) -> Path:
    """Where the git directory of a repository lies (docs/storage.md)."""
    return data_dir / "repositories" / f"{number % 256:02x}" / f"{number}.git"
