"""A client that uploads with upload_file until it is told to end; runs in the client's own Python.

  python xet_uploader.py REPO PREFIX SEED [MOST_BYTES]

For each line on standard input it uploads one file of random content and prints a JSON line. A line is
`once` (one try: `{"path", "error"}` when it fails) or `until-done` (again and again, as a person would,
`tries` times). `{"path", "size", "sha256", "tries"}` is printed only after upload_file has returned.
"""
import hashlib
import json
import random
import sys
import time

from huggingface_hub import HfApi

MOST_SECONDS = 60


def main() -> None:
    repo, prefix, chance = sys.argv[1], sys.argv[2], random.Random(sys.argv[3])
    most = int(sys.argv[4]) if len(sys.argv) > 4 else 12_000_000
    api, old = HfApi(), b""
    for number, line in enumerate(sys.stdin):
        # Part of it is known from before: such a shard names older xorbs too.
        content = old[:chance.randrange(len(old) + 1)] + chance.randbytes(chance.randrange(1, most))
        old = content[-most:]
        path, tries, end = f"{prefix}/{number:04}.bin", 0, time.monotonic() + MOST_SECONDS
        while True:
            tries, error = tries + 1, None
            try:
                api.upload_file(path_or_fileobj=content, path_in_repo=path, repo_id=repo)
                break
            except Exception as failure:
                error = f"{type(failure).__name__}: {failure}"
                if line.strip() == "once" or time.monotonic() > end:
                    break
                time.sleep(0.1)
        found = {"path": path, "tries": tries, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        print(json.dumps({**found, "error": error} if error else found), flush=True)


if __name__ == "__main__":
    main()
