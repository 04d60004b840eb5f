"""Compares an answer with what a script expects. Patterns are described in README.md."""
import json
import re

KINDS = {
    "*": lambda value: value is not None,
    "*string": lambda value: isinstance(value, str),
    "*text": lambda value: isinstance(value, str) and value != "",
    "*int": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "*number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "*bool": lambda value: isinstance(value, bool),
    "*array": lambda value: isinstance(value, list),
    "*object": lambda value: isinstance(value, dict),
    "*sha1": lambda value: bool(re.fullmatch(r"[0-9a-f]{40}", str(value))),
    "*sha256": lambda value: bool(re.fullmatch(r"[0-9a-f]{64}", str(value))),
    "*date": lambda value: bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", str(value))),
}


def differences(expected, actual, where: str, captured: dict[str, str]) -> list[str]:
    """One line for each thing that is not as expected; fills `captured`."""
    if isinstance(expected, str):
        return _compare_text(expected, actual, where, captured)
    if isinstance(expected, dict):
        if not isinstance(actual, dict):
            return [f"{where}: expected an object, got {_short(actual)}"]
        found = []
        for key, value in expected.items():
            if value == "-":
                found += [f"{where}.{key}: should not be there"] if key in actual else []
            elif key not in actual:
                found.append(f"{where}.{key}: missing in {_short(actual)}")
            else:
                found += differences(value, actual[key], f"{where}.{key}", captured)
        return found
    if isinstance(expected, list):
        return _compare_list(expected, actual, where, captured)
    if expected != actual or isinstance(expected, bool) != isinstance(actual, bool):
        return [f"{where}: expected {_short(expected)}, got {_short(actual)}"]
    return []


def _compare_list(expected: list, actual, where: str, captured: dict[str, str]) -> list[str]:
    if not isinstance(actual, list):
        return [f"{where}: expected a list, got {_short(actual)}"]
    if expected[:1] == ["..."]:
        found = []
        for pattern in expected[1:]:
            if not any(_matches(pattern, item, captured) for item in actual):
                found.append(f"{where}: nothing like {_short(pattern)} in {_short(actual)}")
        return found
    if expected[:1] == ["!..."]:
        return [f"{where}: {_short(item)} should not be there" for pattern in expected[1:]
                for item in actual if _matches(pattern, item, {})]
    if len(expected) != len(actual):
        return [f"{where}: expected {len(expected)} items, got {_short(actual)}"]
    return [line for index, (left, right) in enumerate(zip(expected, actual))
            for line in differences(left, right, f"{where}[{index}]", captured)]


def _matches(pattern, item, captured: dict[str, str]) -> bool:
    found: dict[str, str] = {}
    if differences(pattern, item, "", found):
        return False
    captured.update(found)
    return True


def _compare_text(expected: str, actual, where: str, captured: dict[str, str]) -> list[str]:
    if expected in KINDS:
        return [] if KINDS[expected](actual) else [f"{where}: {_short(actual)} is not {expected}"]
    if expected.startswith("~"):
        pattern = expected[1:].strip()
        if isinstance(actual, str) and re.fullmatch(pattern, actual, re.DOTALL):
            return []
        return [f"{where}: {_short(actual)} does not match {pattern}"]
    if expected.startswith("@"):
        return _capture(expected, actual, where, captured)
    return [] if expected == actual else [f"{where}: expected {_short(expected)}, got {_short(actual)}"]


def _capture(expected: str, actual, where: str, captured: dict[str, str]) -> list[str]:
    name, _, pattern = expected[1:].partition(":")
    text = actual if isinstance(actual, str) else json.dumps(actual)
    found = re.fullmatch(pattern.strip() or "(?s).+", text)
    if actual is None or not found:
        return [f"{where}: {_short(actual)} does not match {pattern}"]
    captured[name] = found[1] if found.groups() else text
    return []


def _short(value) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 600 else text[:600] + "…"


def header_differences(expected: list[tuple[str, str]], headers, captured: dict[str, str]) -> list[str]:
    """`headers` is an email.message.Message, as http.client gives it."""
    found = []
    for name, value in expected:
        actual = headers.get_all(name)
        if value == "-":
            found += [f"{name}: should not be there, is {actual[0]!r}"] if actual else []
        elif not actual:
            found.append(f"{name}: missing")
        else:
            found += differences(value, ", ".join(actual), name, captured)
    return found


def body_differences(expected: str, body: bytes, captured: dict[str, str]) -> list[str]:
    if expected == "(empty)":
        return [f"body: expected none, got {body[:200]!r}"] if body else []
    if sized := re.fullmatch(r"\(size (\d+)\)", expected):
        return [] if len(body) == int(sized[1]) else [f"body: {len(body)} bytes, not {sized[1]}"]
    if expected.startswith("~"):
        text = body.decode(errors="replace")
        return [] if re.search(expected[1:].strip(), text, re.DOTALL) else \
            [f"body: {text[:500]!r} has no {expected[1:].strip()}"]
    if expected[:1] in ("{", "["):
        try:
            actual = json.loads(body)
        except ValueError:
            return [f"body: not JSON: {body[:300]!r}"]
        return differences(json.loads(expected), actual, "$", captured)
    if expected and body.decode(errors="replace").rstrip("\n") != expected:
        return [f"body: expected {expected[:300]!r}, got {body[:300]!r}"]
    return []
