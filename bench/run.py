#!/usr/bin/env python3
"""Measures the rows of docs/benchmarks.md, each beside its reference in the same run.

    python bench/run.py              all rows
    python bench/run.py P1 P7        some
    python bench/run.py --markdown FILE

Prints a table with the ratio and whether the bar holds; the exit status is 1 when one does not.
"""
import argparse
import os
import subprocess
import sys
import tempfile
from datetime import datetime, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench import analytics, counting, git, logs, measure, memory, speed, xet  # noqa: E402

ROWS = {"P1": speed.p1, "P2": speed.p2_p3, "P3": speed.p2_p3, "P4": xet.p4, "P5": xet.p5, "P6": git.p6,
        "P7": speed.p7, "P8": speed.p8, "P9": speed.p9, "P10": counting.p10, "P11": analytics.p11,
        "P12": analytics.p12, "P13": memory.p13, "P14": speed.p14, "P16": xet.p16,
        "push": git.pushes, "clones": git.clones, "fold": counting.folding, "logs": logs.logs}
HOLDS = {True: "yes", False: "no", None: "-"}


def table(rows: list[measure.Row]) -> str:
    lines = ["| # | Work | Measured | Reference | Ratio | Bar | Holds | Idle before |",
             "|---|---|---|---|---|---|---|---|"]
    for row in rows:
        ratio = "-" if row.ratio is None else f"{row.ratio:.2f}"
        lines.append(f"| {row.number} | {row.work} | {row.measured} | {row.reference} | {ratio} | {row.bar} | "
                     f"{HOLDS[row.holds]} | {row.idle:.0%} |")
    return "\n".join(lines)


def heading() -> str:
    version = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"], capture_output=True,
                             text=True, check=False).stdout.strip()
    return f"{datetime.now(timezone.utc):%Y-%m-%d}, commit {version}, {measure.machine()}, clients on the same machine"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="*", default=list(ROWS), metavar="ROW")
    parser.add_argument("--markdown", type=Path, help="also write the table to this file")
    arguments = parser.parse_args()
    works = list(dict.fromkeys(ROWS[name] for name in arguments.rows))
    rows: list[measure.Row] = []
    with tempfile.TemporaryDirectory(prefix="kohakuhub-bench-") as directory:
        os.chmod(directory, 0o755)  # nginx's workers read below it
        for work in works:
            rows += work(Path(directory))
            print(table(rows[-1:]).splitlines()[-1], flush=True)
    text = f"{heading()}\n\n{table(rows)}\n"
    print("\n" + text)
    if arguments.markdown:
        arguments.markdown.write_text(text)
    return 0 if all(row.holds is not False for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
