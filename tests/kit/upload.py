"""The upload protocol in plain requests, for tests that must see every single step."""
import base64
import hashlib
import json

from kit.server import Answer, Server, ServerError


def add(path: str, content: bytes) -> dict:
    return {"key": "file", "value": {"path": path, "encoding": "base64",
                                     "content": base64.b64encode(content).decode()}}


def add_large(path: str, content: bytes) -> dict:
    return {"key": "lfsFile", "value": {"path": path, "algo": "sha256", "size": len(content),
                                        "oid": hashlib.sha256(content).hexdigest()}}


def commit(server: Server, token: str, repo: str, operations: list[dict], summary: str = "Add files",
           branch: str = "main", parent: str | None = None, timeout: float = 60) -> Answer:
    header = {"summary": summary, **({"parentCommit": parent} if parent else {})}
    lines = [{"key": "header", "value": header}, *operations]
    body = "\n".join(map(json.dumps, lines)).encode()
    return server.request("POST", f"/api/models/{repo}/commit/{branch}", body, token,
                          {"Content-Type": "application/x-ndjson"}, timeout)


def batch(server: Server, token: str, repo: str, content: bytes, transfers=("basic", "multipart"),
          timeout: float = 60) -> Answer:
    return server.request("POST", f"/{repo}.git/info/lfs/objects/batch", json.dumps({
        "operation": "upload", "transfers": list(transfers), "hash_algo": "sha256",
        "objects": [{"oid": hashlib.sha256(content).hexdigest(), "size": len(content)}]}).encode(), token,
        {"Content-Type": "application/vnd.git-lfs+json", "Accept": "application/vnd.git-lfs+json"}, timeout)


def parts_of(upload: dict, content: bytes) -> list[tuple[int, str, bytes]]:
    """(number, link, bytes) of every part of a multipart upload action."""
    header = dict(upload["header"])
    size = int(header.pop("chunk_size"))
    return [(int(number), link, content[(int(number) - 1) * size:int(number) * size])
            for number, link in sorted(header.items())]


def send_large(server: Server, token: str, repo: str, content: bytes, timeout: float = 60) -> Answer:
    """Batch, bytes and verify. The first answer that is not 200, else the last."""
    answer = batch(server, token, repo, content, timeout=timeout)
    if answer.status != 200:
        return answer
    reply = answer.json()
    actions = reply["objects"][0].get("actions")
    if not actions:
        return answer
    oid = hashlib.sha256(content).hexdigest()
    if reply["transfer"] == "multipart":
        done = []
        for number, link, part in parts_of(actions["upload"], content):
            answer = server.request("PUT", link, part, timeout=timeout)
            if answer.status != 200:
                return answer
            done.append({"partNumber": number, "etag": answer.headers["ETag"]})
        answer = server.request("POST", actions["upload"]["href"], {"oid": oid, "parts": done}, timeout=timeout)
    else:
        answer = server.request("PUT", actions["upload"]["href"], content, timeout=timeout)
    if answer.status != 200 or "verify" not in actions:
        return answer
    return server.request("POST", actions["verify"]["href"], {"oid": oid, "size": len(content)}, token,
                          timeout=timeout)


def must(answer: Answer) -> Answer:
    if answer.status != 200:
        raise ServerError(f"{answer.status}: {answer.body[:500]!r}")
    return answer
