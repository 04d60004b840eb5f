#!/usr/bin/env python3
"""Runs the endpoint scripts (*.http below this directory) against a server started for them.

  run.py [--junitxml FILE] [--verbose] [script or directory…]

One line a script, then what failed, last `N passed, N failed`; every step counts. When all scripts
run, each route that `kohakuhub routes` prints must have been asked, or it is a failure.
"""
import argparse
import http.client
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import match  # noqa: E402
import script as scripts  # noqa: E402
from kit.server import Server, ServerError  # noqa: E402

TYPES = {"": ("model", "models", ""), "models": ("model", "models", ""),
         "datasets": ("dataset", "datasets", "datasets/"), "spaces": ("space", "spaces", "spaces/")}
PEOPLE = ["alice", "bob", "carol", "dave"]


@dataclass
class Result:
    script: str
    step: str
    seconds: float
    problems: list[str]


class Hub:
    """A server with people: alice owns what the scripts make, bob is a stranger; in the organization
    `lab` alice is super-admin, carol a member and dave a visitor."""

    def __init__(self, environment: dict[str, str]):
        self.server = Server(**environment).__enter__()
        self.variables = {"base": self.server.url, "host": f"127.0.0.1:{self.server.port}"}
        for name in PEOPLE:
            person = self.server.user(name)
            self.variables |= {f"token_{name}": person.token, f"token_{name}_read": person.read_token,
                               f"password_{name}": person.password}
        self.server.organization("lab", self.server.people["alice"], carol="member", dave="visitor")

    def send(self, method: str, path: str, headers: list[tuple[str, str]], body: bytes | None):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        try:
            connection.putrequest(method, path, skip_accept_encoding=True,
                                  skip_host=any(name.lower() == "host" for name, _ in headers))
            for name, value in headers:
                connection.putheader(name, value.encode())
            if body is not None and not any(name.lower() == "content-length" for name, _ in headers):
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            reply = connection.getresponse()
            return reply.status, reply.headers, reply.read()
        finally:
            connection.close()


def run_step(step: scripts.Step, hub: Hub, variables: dict[str, str], asked: set) -> list[str]:
    try:
        path = scripts.fill(step.path, variables)
        path = path.removeprefix(variables["base"])
        body = scripts.fill(step.body, variables)
        headers = [(name, scripts.fill(value, variables)) for name, value in step.headers]
        expected_headers = [(name, scripts.fill(value, variables)) for name, value in step.expected_headers]
        expected_body = scripts.fill(step.expected_body, variables)
    except scripts.ScriptError as error:
        return [str(error)]
    headers = [("Authorization", f"Bearer {variables['token_' + value.replace(' ', '_')]}")
               if name == "As" else (name, value) for name, value in headers]
    files = [value for name, value in headers if name == "Body"]
    headers = [(name, value) for name, value in headers if name != "Body"]
    if body[:1] in ("{", "[") and not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", "application/json"))
    needs_body = step.method in ("POST", "PUT", "PATCH") or body
    asked.add((step.method, path.partition("?")[0]))
    try:
        sent = (HERE / files[0]).read_bytes() if files else body.encode() if needs_body else None
        status, answer_headers, answer = hub.send(step.method, path, headers, sent)
    except (OSError, http.client.HTTPException) as error:
        return [f"no answer: {error!r}"]
    captured: dict[str, str] = {}
    problems = check_always(step, status, answer_headers, answer)
    if not re.fullmatch(step.status.replace("x", "."), str(status)):
        problems.append(f"status {status}, expected {step.status}: {answer[:600]!r}")
    else:
        problems += match.header_differences(expected_headers, answer_headers, captured)
        problems += match.body_differences(expected_body, answer, captured)
    variables.update(captured)
    return problems


def check_always(step: scripts.Step, status: int, headers, body: bytes) -> list[str]:
    """What holds for every answer, so that no script needs to say it."""
    problems = [] if headers.get("X-Request-Id") else ["no X-Request-Id"]
    if status < 400 or any(name == "X-Plain-Error" for name, _ in step.expected_headers):
        return problems
    problems += [f"an error without {name}" for name in ("X-Error-Code", "X-Error-Message")
                 if not headers.get(name)]
    if step.method != "HEAD":
        problems += match.body_differences('{"error": "*text"}', body, {})
        if not re.match(r"application/(vnd\.git-lfs\+)?json", headers.get("Content-Type") or ""):
            problems.append(f"an error of type {headers.get('Content-Type')}")
    return problems


def run_script(script: scripts.Script, hub: Hub, asked: set) -> list[Result]:
    results = []
    name = script.path.relative_to(HERE).with_suffix("").as_posix()
    for kind in script.types:
        kind_name, plural, prefix = TYPES[kind]
        slug = re.sub(r"[^a-z0-9]+", "-", f"{name}-{kind}".lower()).strip("-")
        variables = {**hub.variables, "script": slug, "type": kind_name, "types": plural,
                     "prefix": prefix, "repo": f"alice/{slug}",
                     "api": f"/api/{plural}/alice/{slug}",
                     "sdk": ', "sdk": "static"' if kind == "spaces" else ""}
        for step in script.steps:
            started = time.monotonic()
            problems = run_step(step, hub, variables, asked)
            results.append(Result(name + (f" ({kind})" if kind else ""), f"{step.line}: {step.title}",
                                  time.monotonic() - started, problems))
    return results


def pattern_of(route: str) -> re.Pattern:
    parts = []
    for segment in route.strip("/").split("/"):
        text = re.escape(segment)
        for placeholder, pattern in ((r"\{type\}s", "(?:models|datasets|spaces)"), (r"\{repo\}", "[^/]+/[^/]+?")):
            text = text.replace(placeholder, pattern)
        text = re.sub(r"\\\{\w+\\\.\\\.\\\.\\\}", ".+", text)
        parts.append(re.sub(r"\\\{\w+\\\}", "[^/]+", text))
    return re.compile("/" + "/".join(parts) + "/?")


def routes_of(server: Server) -> list[tuple[str, str]]:
    printed = subprocess.run(server.command("routes"), text=True, capture_output=True, check=True).stdout
    return [(words[0], words[1]) for words in map(str.split, printed.splitlines())
            if len(words) > 1 and re.fullmatch(scripts.METHODS, words[0]) and words[1].startswith("/")]


def literal_weight(route: str) -> list[int]:
    """As the router chooses: text before a type, a type before any other segment, the rest last."""
    segments = route.replace("{repo}", "{namespace}/{name}").split("/")
    return [0 if "..." in segment else 2 if segment == "{type}s" else 1 if "{" in segment else 3
            for segment in segments]


def check_routes(server: Server, asked: set) -> list[Result]:
    """A result for each route: it was asked, or not. A request belongs to the most literal route."""
    routes = routes_of(server)
    patterns = [(method, route, pattern_of(route)) for method, route in routes]
    seen = set()
    for method, path in asked:
        for wanted in ((method, "GET") if method == "HEAD" else (method,)):
            fitting = [route for known, route, pattern in patterns
                       if known == wanted and pattern.fullmatch(path)]
            if fitting:
                seen.add((wanted, max(fitting, key=literal_weight)))
                break
    if not routes:
        return [Result("routes", "kohakuhub routes", 0, ["prints no route"])]
    return [Result("routes", f"{method} {route}", 0, [] if (method, route) in seen else ["in no script"])
            for method, route in routes]


def write_junit(path: str, results: list[Result]) -> None:
    cases = []
    for result in results:
        failure = ""
        if result.problems:
            failure = f"<failure message={quoteattr(result.problems[0][:300])}>" \
                      f"{escape(chr(10).join(result.problems))}</failure>"
        cases.append(f"<testcase classname={quoteattr(result.script)} name={quoteattr(result.step)} "
                     f"time=\"{result.seconds:.3f}\">{failure}</testcase>")
    text = f"<testsuites><testsuite name=\"api\" tests=\"{len(results)}\">{''.join(cases)}</testsuite></testsuites>\n"
    Path(path).write_text(re.sub(r"[^\t\n\r -\ud7ff\ue000-\ufffd]", "?", text))


def find_scripts(arguments: list[str]) -> list[Path]:
    places = [Path(argument).resolve() for argument in arguments] or [HERE]
    found = [path for place in places
             for path in (sorted(place.rglob("*.http")) if place.is_dir() else [place])]
    return [path for path in found if path.parent.name != "setup"]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--junitxml")
    parser.add_argument("--verbose", action="store_true", help="show every failing step, not the first five")
    parser.add_argument("scripts", nargs="*")
    options = parser.parse_args()
    results, asked, hubs = [], set(), {}
    loaded = [scripts.read(path) for path in find_scripts(options.scripts)]
    for script in loaded:
        key = tuple(sorted(script.server.items()))
        try:
            if key not in hubs:
                hubs[key] = Hub(script.server)
            done = run_script(script, hubs[key], asked)
        except ServerError as error:
            done = [Result(str(script.path), "server", 0, [str(error)])]
        failed = [result for result in done if result.problems]
        print(f"{'FAIL' if failed else 'ok':5} {script.path.relative_to(HERE)} "
              f"({len(done) - len(failed)} of {len(done)})", flush=True)
        for result in failed if options.verbose else failed[:5]:
            print(f"      {result.script} {result.step}\n        " + "\n        ".join(result.problems))
        results += done
    if not options.scripts and () in hubs:
        results += check_routes(hubs[()].server, asked)
        for result in results:
            if result.script == "routes" and result.problems:
                print(f"FAIL  {result.step}: in no script")
    for hub in hubs.values():
        try:
            hub.server.__exit__(None)
        except ServerError as error:
            results.append(Result("server", "ends cleanly", 0, [str(error)]))
            print(f"FAIL  server: {error}")
    if options.junitxml:
        write_junit(options.junitxml, results)
    failed = sum(bool(result.problems) for result in results)
    print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed or not results else 0


if __name__ == "__main__":
    sys.exit(main())
