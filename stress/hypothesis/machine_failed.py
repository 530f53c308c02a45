# SPDX-License-Identifier: GPL-2.0-only
"""What a failing machine raises; its text is made when it is first read.

While Hypothesis shrinks a program it runs hundreds of machines that fail and reads the text of the
last. So nothing is shrunk or explained before. Hypothesis shrinks the program and we the schedule:
the token that the text ends with has the program exactly as Hypothesis shows it.
"""

from dataclasses import dataclass
from functools import lru_cache

from harness import Deviation, Failure, HarnessBug
from harness.schedule import StrictReplay
from stress.executions import Target, Token, fault_of, run
from stress.findings import Example, look_into
from stress.hypothesis.carriers import carriers
from stress.reporting import example_text
from stress.shrinking import REPLAYS
from stress.system import bug_text, shell
from vgic import Parameters


@dataclass(frozen=True)
class Failing:
    """A failing execution of a machine, as values.

    Attributes:
        parameters: the machine and its programs.
        deviations: the schedule.
        failure: what goes wrong.
        target: the kernel it was run on.
        name: what its token says that it is of.
        where: which execution it is, in words.
    """

    parameters: Parameters
    deviations: tuple[Deviation, ...]
    failure: Failure
    target: Target
    name: str
    where: str


class MachineFailed(AssertionError):
    """A machine fails under some schedule; the text shows which, and the line that replays it."""

    def __init__(self, failing: Failing) -> None:
        super().__init__()
        self._failing = failing

    @property
    def failure(self) -> Failure:
        """What is wrong."""
        return self._failing.failure

    @property
    def example(self) -> Example:
        """All there is to say of it, under the simplest schedule that fails alike.

        Raises:
            HarnessBug: the failure cannot be replayed.
        """
        return _example(self._failing)

    @property
    def token(self) -> Token:
        """Replays that: the machine as it is, and the schedule.

        Raises:
            HarnessBug: see example.
        """
        return Token.decode(self.example.token)

    def __str__(self) -> str:
        failing = self._failing
        try:
            example = self.example
        except HarnessBug as bug:
            fault = fault_of(bug, failing.target) or bug_text(str(bug))
            return f"{failing.failure.signature}\n  {failing.where}, on {failing.target}\n{fault}"
        command = shell.joined(_named(failing.target).replaying(example.token))
        text = example_text(example, failing.where, failing.target, [])
        return f"{text}\n\nreplay: {command}"


@lru_cache(maxsize=8)
def _example(failing: Failing) -> Example:
    """Shrink the schedule of a failure and explain it, once however often its text is read."""
    target, schedule = failing.target, StrictReplay(failing.deviations)
    with carriers() as pool:
        single = run(failing.parameters, target, schedule, pool)
        return look_into(single, failing.name, target, pool, replays_max=REPLAYS, programs=False)


def _named(target: Target) -> Target:
    """Return the same by the name of its file; as it is where no other process could find it."""
    try:
        return target.by_file()
    except HarnessBug:
        return target
