# SPDX-License-Identifier: GPL-2.0-only
"""How a test ends whose schedules are not clean: what it raises, and what pytest makes of that.

A finding is a failure of the test. What the harness itself has done wrong says nothing of the code
under test: it is an error, as pytest has them of setting up.
"""

import sys
from typing import Any

import pytest

from stress.plugin.running import Running

_BEFORE_THE_COMMAND = ("", "replay:")


class NotClean(AssertionError):
    """What a test fails with whose schedules are not clean.

    Its text ends with an empty line and the command that replays it, if there is one.
    """

    @property
    def replay_command(self) -> str:
        """The command that replays it, "" if there is none."""
        raise NotImplementedError

    def settle(self, test: Running) -> None:
        """Do what is to be done once a test has failed for it, before its text is read."""


class SchedulesFailed(NotClean):
    """Schedules have shown that something is wrong with the code under test.

    Attributes:
        text: what is wrong, with the execution side by side, and the command that replays it.
        signature: the identity of the finding; "" where there is none, as when it hangs.
        tokens: what replays it; none where nothing does.
        command: the command that replays it in its test, "" if there is none.
    """

    def __init__(
        self, text: str, signature: str = "", tokens: tuple[str, ...] = (), command: str = ""
    ) -> None:
        super().__init__(text)
        self.text = text
        self.signature = signature
        self.tokens = tokens
        self.command = command

    @property
    def replay_command(self) -> str:
        """The command that replays it in its test, "" if there is none."""
        return self.command

    def replayed_by(self, command: str) -> "SchedulesFailed":
        """Return the same, with the command that replays it as its last line."""
        text = "\n".join([self.text, *_BEFORE_THE_COMMAND, command])
        return SchedulesFailed(text, self.signature, self.tokens, command)


class HarnessAtFault(Exception):
    """Something is wrong with the harness, so the test is an error; the message says what."""


class ReplayedClean(BaseException):
    """What a token is of has passed, and no more of the test is asked for; the test passes.

    It is no Exception, so that no `except Exception` of the test takes it.
    """


class ReplayFailed(BaseException):
    """What a token is of has failed again, in an example of Hypothesis's: no other is tried for it.

    Attributes:
        failed: how.
    """

    def __init__(self, failed: SchedulesFailed) -> None:
        super().__init__(str(failed))
        self.failed = failed


def not_clean_in(error: BaseException | None) -> list[NotClean]:
    """Return what of ours an exception is or holds: Hypothesis groups those of one test."""
    if isinstance(error, BaseExceptionGroup):
        return [each for inner in error.exceptions for each in not_clean_in(inner)]
    return [error] if isinstance(error, NotClean) else []


def headline(error: BaseException | None) -> str:
    """Return the first line of what an exception says, "" if it is none of ours."""
    ours: list[BaseException] = [*not_clean_in(error)]
    if isinstance(error, HarnessAtFault):
        ours.append(error)
    return str(ours[0]).partition("\n")[0] if ours else ""


def as_it_counts(report: pytest.TestReport, call: pytest.CallInfo[None]) -> None:
    """Have a report say what it is: a finding without a traceback, the harness's fault an error.

    Args:
        report: the report of one phase of a test.
        call: what has happened in it.
    """
    if call.excinfo is None:
        return
    error = call.excinfo.value
    if isinstance(error, NotClean | HarnessAtFault):
        report.longrepr = _said(call.excinfo)
    if call.when == "call" and is_harness_fault(error):
        # Whatever the test is expected to do, this is not it.
        vars(report).pop("wasxfail", None)
        report.outcome = "failed"
        report.when = "setup"


def _said(error: pytest.ExceptionInfo[BaseException]) -> Any:
    """Return what an exception says, and nothing but that, as pytest shows it.

    Notes, such as Hypothesis adds with its falsifying example, come before the line that replays.
    """
    said = error.getrepr(style="value", chain=False)
    if said.reprcrash is not None:
        said.reprcrash.message = str(error.value)
    notes = getattr(error.value, "__notes__", [])
    if notes:
        entry = said.reprtraceback.reprentries[0]
        lines = [*entry.lines]
        at = len(lines)
        if isinstance(error.value, NotClean) and error.value.replay_command:
            at -= 1 + lines[::-1].index("")
        lines[at:at] = ["", *"\n".join(notes).splitlines()]
        entry.lines = lines
    return said


def is_harness_fault(error: BaseException) -> bool:
    """Say whether something is wrong with the harness, also where a test calls it itself."""
    harness = sys.modules.get("harness")
    return isinstance(error, HarnessAtFault) or (
        harness is not None
        and isinstance(error, harness.HarnessBug)
        and not isinstance(error, harness.NotDeterministic)
    )
