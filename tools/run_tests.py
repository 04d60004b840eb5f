#!/usr/bin/env python3
"""Builds, runs the test suites, and ends with the line `N passed, N failed`.

  run_tests.py [--preset release] [--jobs N] [--install-clients] [suite…]

Suites (all, when none is named): unit, api, clients, attacks, faults. Results are JUnit XML files, logs lie
beside them, in build/test-results/<preset>. A suite that cannot start, dies, or hangs past its limit
is a failed test.
"""
import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr

import summarize_tests

ROOT = Path(__file__).resolve().parent.parent
CLIENTS = ROOT / ".cache" / "clients"
PYTEST = [str(CLIENTS / "hub2" / "bin" / "python"), "-m", "pytest", "-q", "--color=no",
          "-o", "tmp_path_retention_policy=failed"]  # gigabytes
SUITES = ["unit", "api", "clients", "attacks", "faults"]
STARTED = time.monotonic()


@dataclass
class Suite:
    name: str
    command: list[str]
    limit_seconds: int
    environment: dict[str, str] = field(default_factory=dict)


def say(text: str) -> None:
    elapsed = int(time.monotonic() - STARTED)
    print(f"[{elapsed // 60:02}:{elapsed % 60:02}] {text}", flush=True)


def write_failure(path: Path, name: str, reason: str) -> None:
    path.write_text(f"<testsuites><testsuite name={quoteattr(path.stem)}>"
                    f"<testcase name={quoteattr(name)}><failure message={quoteattr(reason)}/>"
                    "</testcase></testsuite></testsuites>\n")


def run_limited(suite: Suite, log: Path) -> str | None:
    """Runs the command of a suite in a process group of its own. Says what went wrong, or None."""
    with log.open("wb") as output:
        try:
            process = subprocess.Popen(suite.command, cwd=ROOT, stdout=output, stderr=output,
                                       stdin=subprocess.DEVNULL, start_new_session=True,
                                       env={**os.environ, **suite.environment})
        except OSError as error:
            return f"could not start: {error}"
        try:
            status = process.wait(suite.limit_seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return f"still running after {suite.limit_seconds} s"
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    return None if status == 0 else f"ended with status {status}"


def show_tail(log: Path, lines: int = 60) -> None:
    for line in log.read_text(errors="replace").splitlines()[-lines:]:
        print(f"    {line}")


def run_suite(suite: Suite, results: Path) -> None:
    say(f"{suite.name}: started")
    xml, log = results / f"{suite.name}.xml", results / f"{suite.name}.log"
    trouble = run_limited(suite, log)
    passed, failures = summarize_tests.read_suite(xml) if xml.exists() else (0, [])
    if trouble and not failures:
        # The results cannot explain the status: nothing was written, or the program died afterwards.
        write_failure(results / f"{suite.name}-end.xml", suite.name, trouble)
        failures = [trouble]
    elif not passed and not failures:
        write_failure(xml, suite.name, "no test ran")
        failures = ["no test ran"]
    if failures:
        show_tail(log)
    say(f"{suite.name}: {passed} passed, {len(failures)} failed")


def unit_suites(binaries: Path, results: Path) -> list[Suite]:
    suites = []
    for program in (binaries / "unit" / "programs.txt").read_text().split():
        name = f"unit-{program.removesuffix('_test')}"
        command = [f"{binaries}/unit/{program}", f"--gtest_output=xml:{results}/{name}.xml",
                   "--gtest_brief=1"]
        suites.append(Suite(name, command, 600))
    return suites


def all_suites(chosen: list[str], binaries: Path, results: Path) -> list[Suite]:
    server = {"KOHAKUHUB_BINARY": str(binaries / "kohakuhub"), "KOHAKUHUB_CLIENTS": str(CLIENTS)}
    suites = unit_suites(binaries, results) if "unit" in chosen else []
    if "api" in chosen:
        suites.append(Suite("api", [sys.executable, "tests/api/run.py",
                                    "--junitxml", f"{results}/api.xml"], 900, server))
    if "clients" in chosen:
        suites.append(Suite("clients", [*PYTEST, "tests/clients", f"--junitxml={results}/clients.xml"],
                            1500, server))
    if "attacks" in chosen:
        suites.append(Suite("attacks", [*PYTEST, "tests/attacks", f"--junitxml={results}/attacks.xml"],
                            900, server))
    if "faults" in chosen:
        suites.append(Suite("faults", [*PYTEST, "tests/faults", f"--junitxml={results}/faults.xml"],
                            1200 if "FAULT_CYCLES" not in os.environ else 14400, server))
    return suites


def install_clients(results: Path) -> None:
    import setup_clients
    for client in setup_clients.CLIENTS:
        if setup_clients.is_ready(client):
            continue
        log = results / f"install-{client}.log"
        say(f"client {client}: installing")
        trouble = run_limited(Suite(client, [sys.executable, "tools/setup_clients.py", client], 900), log)
        if trouble:
            write_failure(results / f"install-{client}.xml", f"install {client}", trouble)
            show_tail(log)
            say(f"client {client}: could not be installed")


def build(preset: str, jobs: int, unit: bool, results: Path) -> bool:
    commands = [["cmake", "--preset", preset], ["ninja", "-C", f"build/{preset}", f"-j{jobs}"]]
    if not unit:
        commands[1] += ["kohakuhub", "kohub-cli"]
    say(f"building {preset} with {jobs} jobs")
    for command in commands:
        log = results / f"build-{command[0]}.log"
        trouble = run_limited(Suite("build", command, 3600), log)
        if trouble:
            write_failure(results / "build.xml", f"{command[0]} ({preset})", trouble)
            show_tail(log)
            return False
    say("built")
    return True


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--preset", default="release")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--install-clients", action="store_true")
    parser.add_argument("suites", nargs="*", help=", ".join(SUITES))
    options = parser.parse_args()
    chosen = options.suites or SUITES
    if not set(chosen) <= set(SUITES):
        parser.error(f"suites are {', '.join(SUITES)}")
    results = ROOT / "build" / "test-results" / options.preset
    shutil.rmtree(results, ignore_errors=True)
    results.mkdir(parents=True)

    if options.install_clients:
        install_clients(results)
    if build(options.preset, options.jobs, "unit" in chosen, results):
        suites = all_suites(chosen, ROOT / "build" / options.preset, results)
        if "unit" in chosen and not any(suite.name.startswith("unit-") for suite in suites):
            write_failure(results / "unit.xml", "unit", "there is no unit test program")
        for suite in suites:
            run_suite(suite, results)

    say("all suites done")
    passed, failed = summarize_tests.summarize(results)
    (results / "summary.txt").write_text(f"{passed} passed, {failed} failed\n")
    print(f"{passed} passed, {failed} failed", flush=True)
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
