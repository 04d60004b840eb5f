#!/usr/bin/env python3
"""Sums JUnit XML files and prints one line a suite, every failure, and last `N passed, N failed`.

  summarize_tests.py <directory with *.xml>

The name of a file is the name of its suite. A skipped test counts as failed: what did not run was
not shown to work. Exit status 1 when anything failed, or when nothing ran at all.
"""
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path


def outcome_of(case: ElementTree.Element) -> str | None:
    """Why the test did not pass, or None."""
    for kind in ("failure", "error", "skipped"):
        found = case.find(kind)
        if found is not None:
            lines = (found.get("message") or found.text or "").strip().splitlines()
            return f"{kind}: {lines[0][:200] if lines else ''}"
    if case.get("status") == "notrun" or case.get("result") == "skipped":
        return "skipped: disabled"
    return None


def read_suite(path: Path) -> tuple[int, list[str]]:
    """The number of tests that passed, and a line for every other one."""
    try:
        root = ElementTree.parse(path).getroot()
    except (ElementTree.ParseError, OSError) as error:
        return 0, [f"{path.stem}: unreadable results: {error}"]
    passed, failed = 0, []
    for case in root.iter("testcase"):
        reason = outcome_of(case)
        if reason is None:
            passed += 1
        else:
            name = f"{case.get('classname', '')}.{case.get('name', '')}".strip(".")
            failed.append(f"{name}: {reason}")
    return passed, failed


def summarize(directory: Path) -> tuple[int, int]:
    passed, failures = 0, []
    for path in sorted(directory.glob("*.xml")):
        suite_passed, suite_failures = read_suite(path)
        passed += suite_passed
        failures += [f"{path.stem}: {line}" for line in suite_failures]
        print(f"{path.stem:24} {suite_passed:6} passed {len(suite_failures):6} failed")
    for line in failures:
        print(f"FAILED {line}")
    return passed, len(failures)


def main() -> int:
    passed, failed = summarize(Path(sys.argv[1]))
    print(f"{passed} passed, {failed} failed", flush=True)
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
