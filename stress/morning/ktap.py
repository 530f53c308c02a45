# SPDX-License-Identifier: GPL-2.0-only
"""A night in the kernel's own form of test results: KTAP, version 1.

The form is described at https://docs.kernel.org/dev-tools/ktap.html. Each target is a test, each of
its scenarios a subtest. What there is to say of a test stands in diagnostic lines before its
result. What comes from records never stands where it could be read as a result, a directive or a
plan: it is one line, and begins after a `#` and a word of ours.
"""

from harness.engine import printable
from stress.morning.cases import (
    ERROR,
    FAILED,
    KNOWN,
    PASSED,
    SKIPPED,
    NightCase,
    NightSuite,
    suites,
)
from stress.morning.morning import Morning

VERSION = "KTAP version 1"
_INDENT = "  "


def ktap_text(morning: Morning) -> str:
    """Return a night as KTAP."""
    found = suites(morning)
    lines = [VERSION, f"1..{len(found)}"]
    for number, suite in enumerate(found, 1):
        lines += [f"{_INDENT}{line}" for line in _subtests(suite)]
        lines.append(_result(number, _together(suite)))
    return "\n".join(lines) + "\n"


def _subtests(suite: NightSuite) -> list[str]:
    lines = [VERSION, f"1..{len(suite.cases)}"]
    for number, case in enumerate(suite.cases, 1):
        lines += [f"# {_description(case.name)}: {printable(line)}" for line in case.lines]
        lines.append(_result(number, case))
    return lines


def _together(suite: NightSuite) -> NightCase:
    """Return the result of a whole suite: it fails if any case does, and is skipped if all are."""
    failed, errors = suite.count(FAILED), suite.count(ERROR)
    if failed or errors:
        return NightCase(suite.name, FAILED, f"{failed} failed, {errors} could not be judged")
    if suite.count(SKIPPED) == len(suite.cases):
        return NightCase(suite.name, SKIPPED, "nothing of it could be judged")
    return NightCase(suite.name, PASSED)


def _result(number: int, case: NightCase) -> str:
    """Return a result line.

    What is known is `ok`: a program that does not know XFAIL goes by that.
    """
    fails = case.outcome in (FAILED, ERROR)
    line = f"{'not ok' if fails else 'ok'} {number} {_description(case.name)}".rstrip()
    directive = {
        PASSED: "",
        SKIPPED: " # SKIP ",
        KNOWN: " # XFAIL ",
        ERROR: " # ERROR ",
        FAILED: " # failed: ",
    }[case.outcome]
    return f"{line}{directive}{printable(case.message)}" if directive else line


def _description(text: str) -> str:
    """Return what a test is called; a description can have no hash sign."""
    return printable(text).replace("#", "_").strip()
