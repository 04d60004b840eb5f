"""What git-xet is to git-lfs: a custom transfer named `xet`, with hf_xet behind it; runs in the client's own Python.

  git config lfs.customtransfer.xet.path PYTHON; git config lfs.customtransfer.xet.args xet_transfer_agent.py

Protocol: docs/custom-transfers.md of git-lfs. The program itself (git_xet in xet-core) is in no package registry. Like it,
this takes the CAS, its token and the token's end from the headers of the upload action, renews the token at the
action's href, and sends each file by a session of its own. With XET_AGENT_EXPIRED=FILE the first token counts as run out, and each renewal is noted in the file.
"""
import json
import os
import sys
import urllib.request

import hf_xet


def renew(href: str) -> tuple[str, int]:
    request = urllib.request.Request(href, headers={"Authorization": f"Bearer {os.environ['HF_TOKEN']}"})
    with urllib.request.urlopen(request) as answer:
        found = json.load(answer)
    if note := os.environ.get("XET_AGENT_EXPIRED"):
        with open(note, "a") as file:
            file.write(found["casUrl"] + "\n")
    return found["accessToken"], found["exp"]


def upload(wanted: dict) -> None:
    href, header = wanted["action"]["href"], wanted["action"]["header"]
    expires = 0 if os.environ.get("XET_AGENT_EXPIRED") else int(header["X-Xet-Token-Expiration"])
    hf_xet.upload_files([wanted["path"]], header["X-Xet-Cas-Url"], (header["X-Xet-Access-Token"], expires),
                        lambda: renew(href), None, "model")


def answer(value: dict) -> None:
    print(json.dumps(value), flush=True)


def main() -> None:
    for line in sys.stdin:
        event = json.loads(line)
        if event["event"] == "init":
            answer({} if event["operation"] == "upload" else {"error": {"code": 1, "message": "only uploads"}})
        elif event["event"] == "upload":
            failure = {}
            try:
                upload(event)
            except Exception as error:
                failure = {"error": {"code": 2, "message": str(error)}}
            answer({"event": "complete", "oid": event["oid"], **failure})
        else:
            return


if __name__ == "__main__":
    main()
