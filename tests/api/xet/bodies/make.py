#!/usr/bin/env python3
"""Makes the bodies beside it again; needs the package blake3. Prints what the scripts call them by."""
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2]))

from kit.xet import File, Shard, Xorb, text  # noqa: E402

FILE = Xorb([b"a" * 40, b"b" * 50, b"c" * 60])
NEW = Xorb([b"d" * 40, b"e" * 50])
OWN = Xorb([b"g" * 40, b"h" * 50])  # of xorbs.http alone, where it is new
LOST = Xorb([b"f" * 40])

BODIES = {
    "file.xorb": FILE.body,
    "file.shard": Shard([File([FILE.term()])], [FILE]).bytes(),
    "new.xorb": NEW.body,
    "new.shard": Shard([File([NEW.term()]), File([NEW.term(1, 2)])], [NEW]).bytes(),
    "own.xorb": OWN.body,
    "cut.xorb": OWN.body[:-1],
    "cut.shard": Shard([File([NEW.term()])]).bytes()[:-1],
    "lost.shard": Shard([File([LOST.term()])]).bytes(),
    "lie.shard": Shard([File([NEW.term(range_hash=bytes(32))])]).bytes(),
}

for name, body in BODIES.items():
    (HERE / name).write_bytes(body)
for name, xorb in (("file.xorb", FILE), ("new.xorb", NEW), ("own.xorb", OWN), ("lost.xorb", LOST)):
    print(name, xorb.name, "as a file", File([xorb.term()]).name, "first chunk", text(xorb.hashes[0]))
