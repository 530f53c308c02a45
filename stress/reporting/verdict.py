# SPDX-License-Identifier: GPL-2.0-only
"""The verdict: how something ended, as an exit code and the words that go with it.

The one place where it is decided what `run`, `explore`, `replay` and a marked test come to. What
the codes mean is in stress/system/exit_codes.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.search.explore import Exploration
from stress.campaign import Result
from stress.executions import Followed, Token
from stress.scenarios import of_scenarios
from stress.system import Exit, counted, worst

UNFINISHED: dict[str, object] = {"verdict": "unfinished", "exit": None}
"""What stands for the verdict, for programs, as long as there is none."""


@dataclass(frozen=True)
class Verdict:
    """How something ended.

    Attributes:
        code: the exit code.
        words: the same for people.
    """

    code: Exit
    words: str

    @property
    def headline(self) -> str:
        """Return what a last line begins with."""
        return f"{'SUCCESS' if self.code is Exit.CLEAN else 'FAILURE'}: {self.words}"

    def values(self) -> dict[str, object]:
        """Return it for programs: in a word or two, and as the exit code."""
        return {"verdict": self.code.name.lower().replace("_", " "), "exit": int(self.code)}

    def without(self, option: str) -> "Verdict":
        """Return what is left of it if the file of an option could not be written: all of it.

        Only what would have been clean is not, since a program may wait for that file.
        """
        clean = self.code is Exit.CLEAN
        return Verdict(Exit.USAGE, f"{option} cannot be written") if clean else self


HARNESS_BUG = Verdict(Exit.HARNESS_BUG, "HARNESS BUG")


def at_fault(faults: Sequence[str]) -> Verdict:
    """Return what stands for a verdict where a user's own code cannot be judged with.

    Args:
        faults: why not: of the class under test, or of a scenario of the user's own.
    """
    what = "scenario" if of_scenarios(faults) else "class under test"
    return Verdict(Exit.FINDINGS, f"the {what} is at fault")


def of_campaign(result: Result, reasons: Sequence[str]) -> Verdict:
    """Return the verdict of a campaign.

    Args:
        result: what came of it.
        reasons: why there are too few executions to judge, if there are.
    """
    nothing = result.tested_nothing
    executions = counted(result.executions, "execution")
    words = {
        Exit.CLEAN: f"no finding in {executions}",
        Exit.FINDINGS: f"{_found(result)} in {executions}",
        Exit.HARNESS_BUG: HARNESS_BUG.words,
        Exit.TOO_FEW: "nothing of the class was called" if nothing else "too few to judge",
        Exit.INTERRUPTED: f"interrupted after {executions}",
    }
    applying = {
        Exit.HARNESS_BUG: result.bugs,
        Exit.FINDINGS: result.findings or result.faults,
        Exit.INTERRUPTED: result.interrupted,
        Exit.TOO_FEW: reasons,
    }
    code = worst(code for code, applies in applying.items() if applies)
    return Verdict(code, words[code])


def _found(result: Result) -> str:
    """Say how many findings there are, and whether the user's own code is at fault."""
    findings = [counted(len(result.findings), "finding")] if result.findings else []
    return " and ".join([*findings, *[at_fault(result.faults).words] * bool(result.faults)])


def of_exploration(found: Exploration, *, interrupted: bool) -> Verdict:
    """Return the verdict of an exploration; a limit that was hit is never a pass.

    Args:
        found: what came of it.
        interrupted: somebody has ended it before it was complete.
    """
    if found.failures:
        return Verdict(Exit.FINDINGS, f"{counted(len(found.failures), 'way')} to fail")
    if found.complete:
        return Verdict(Exit.CLEAN, "complete, none fails")
    if interrupted:
        return Verdict(Exit.INTERRUPTED, "interrupted, not a pass")
    return Verdict(Exit.TOO_FEW, "limit hit, not a pass")


def of_replay(followed: Followed, token: Token) -> Verdict:
    """Return the verdict of a replay.

    Args:
        followed: how the token was followed and what came of it.
        token: the token.
    """
    execution = followed.execution
    how = "re-anchored" if followed.divergence else "strictly"
    replayed = f"replayed {how}, {execution.steps} steps, digest {execution.digest}"
    failure = followed.failure
    if followed.no_verdict:
        what = f": {failure.signature}" if failure is not None else ""
        none = not_judged(followed.no_verdict)
        return Verdict(none.code, f"{replayed}{what}\n{none.words}")
    if failure is None:
        return Verdict(Exit.CLEAN, f"passed: {replayed}")
    same = "same digest" if execution.digest == token.digest else "another digest"
    words = f"{failure.signature}\nfailed again: {replayed} ({same})"
    return Verdict(Exit.FINDINGS, words)


def not_judged(reason: str) -> Verdict:
    """Return what stands for a verdict where nothing can be judged, and why."""
    return Verdict(Exit.CANNOT_JUDGE, f"cannot be judged: {reason}")
