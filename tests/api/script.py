"""Reads the plain-text scripts and fills in their variables. The format is in README.md."""
import base64
import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

METHODS = "GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS"


class ScriptError(Exception):
    """The script itself is wrong: bad syntax or an unknown variable."""


@dataclass
class Step:
    title: str
    line: int
    method: str
    path: str
    headers: list[tuple[str, str]]
    body: str
    status: str  # "404", or "4xx" for any of that class
    expected_headers: list[tuple[str, str]]
    expected_body: str


@dataclass
class Script:
    path: Path
    steps: list[Step] = field(default_factory=list)
    types: list[str] = field(default_factory=lambda: [""])
    server: dict[str, str] = field(default_factory=dict)


def read(path: Path) -> Script:
    """A script with the steps of what it includes in front."""
    script = Script(path)
    head, *blocks = re.split(r"^=== ", path.read_text(), flags=re.MULTILINE)
    for line in head.splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "include":
            script.steps += read((path.parent / words[1]).resolve()).steps
        elif words[0] == "types":
            script.types = words[1:]
        elif words[0] == "server":
            script.server = dict(word.split("=", 1) for word in words[1:])
        else:
            raise ScriptError(f"{path}: unknown line before the first step: {line}")
    line_number = head.count("\n") + 1
    for block in blocks:
        try:
            script.steps.append(_step(block, line_number))
        except (ValueError, ScriptError) as error:
            raise ScriptError(f"{path}:{line_number}: {error}") from None
        line_number += block.count("\n")
    return script


def _step(block: str, line: int) -> Step:
    title, _, rest = block.partition("\n")
    lines = [text for text in rest.split("\n")]
    if "----" not in lines:
        raise ScriptError("no line `----` between request and answer")
    at = lines.index("----")
    request, request_headers, request_body = _message(lines[:at])
    status, answer_headers, answer_body = _message(lines[at + 1:])
    if not re.fullmatch(r"[1-5](\d\d|xx)", status):
        raise ScriptError(f"not a status: {status!r}")
    found = re.fullmatch(rf"({METHODS}) (\S+)", request)
    if not found:
        raise ScriptError(f"not a request line: {request!r}")
    return Step(title.strip(), line, found[1], found[2], request_headers, request_body, status,
                answer_headers, answer_body)


def _message(lines: list[str]) -> tuple[str, list[tuple[str, str]], str]:
    lines = [line for line in lines if not line.startswith("# ")]
    while lines and not lines[0]:
        lines.pop(0)
    if not lines:
        raise ScriptError("an empty request or answer")
    end = lines.index("") if "" in lines else len(lines)
    headers = []
    for line in lines[1:end]:
        name, colon, value = line.partition(":")
        if not colon:
            raise ScriptError(f"not a header: {line!r}")
        headers.append((name.strip(), value.strip()))
    return lines[0].strip(), headers, "\n".join(lines[end + 1:]).strip("\n")


def _blob(text: str) -> str:
    data = text.encode()
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


FUNCTIONS = {
    "json": json.dumps,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "sha256": lambda text: hashlib.sha256(text.encode()).hexdigest(),
    "blob": _blob,
    "size": lambda text: str(len(text.encode())),
}


def fill(text: str, variables: dict[str, str]) -> str:
    """Replaces {{name}}, {{function:text}} and {{repeat:N:text}}, inner ones first."""
    def replace(found: re.Match) -> str:
        name, colon, argument = found[1].partition(":")
        if not colon:
            if name not in variables:
                raise ScriptError(f"unknown variable {name}")
            return variables[name]
        argument = argument.replace("\\n", "\n")
        if name == "repeat":
            count, _, argument = argument.partition(":")
            return argument * int(count)
        if name not in FUNCTIONS:
            raise ScriptError(f"unknown function {name}")
        return FUNCTIONS[name](argument)

    while True:
        filled = re.sub(r"\{\{([A-Za-z_]\w*(?::[^{}]*)?)\}\}", replace, text)
        if filled == text:
            return text
        text = filled
