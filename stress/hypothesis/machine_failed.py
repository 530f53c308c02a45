# SPDX-License-Identifier: GPL-2.0-only
"""What a failing machine raises; its text is made when it is first read.

While Hypothesis shrinks a program it runs hundreds of machines that fail and reads the text of the
last. So nothing is shrunk or explained before, and nothing is confirmed and kept before the test
has failed. Hypothesis shrinks the program and we the schedule: the token that the text ends with
has the program exactly as Hypothesis shows it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from harness import Deviation, Failure, HarnessBug
from harness.schedule import StrictReplay
from stress.executions import Hung, Target, Token, fault_of, run
from stress.findings import Example, Finding, look_into
from stress.hypothesis.carriers import carriers
from stress.plugin import Counts, NotClean, Running
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
        execution: its number, from 0.
        strategy: what has chosen the schedule, by name.
    """

    parameters: Parameters
    deviations: tuple[Deviation, ...]
    failure: Failure
    target: Target
    name: str
    where: str
    execution: int
    strategy: str


class MachineFailed(NotClean):
    """A machine fails under some schedule; the text shows which, and the line that replays it."""

    def __init__(self, failing: Failing) -> None:
        super().__init__()
        self._failing = failing
        self._notes: Sequence[str] = ()
        self._as_given: Sequence[str] = ()
        self._fault = ""

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

    @property
    def replay_command(self) -> str:
        """The line for the shell, "" if the failure cannot be replayed."""
        example = self._looked_into()
        if example is None:
            return ""
        token = self._as_given[0] if self._as_given else example.token
        return shell.joined(_named(self._failing.target).replaying(token))

    def settle(self, test: Running) -> None:
        """Confirm it in a fresh process, and keep it."""
        example, failing = self._looked_into(), self._failing
        if example is None:
            return
        finding = Finding(failing.name, failing.execution, failing.strategy, example)
        try:
            self._notes, self._as_given = test.settled(finding, failing.target)
        except HarnessBug as bug:
            self._fault = _fault(bug, failing.target)
        test.count(Counts(findings=(example.identity,)))

    def _looked_into(self) -> Example | None:
        """Return all there is to say, None if it is that the failure cannot be judged."""
        if not self._fault:
            try:
                return self.example
            except HarnessBug as bug:
                self._fault = _fault(bug, self._failing.target)
            except Hung as hung:
                self._fault = hung.text
        return None

    def __str__(self) -> str:
        failing, example = self._failing, self._looked_into()
        if example is None:
            place = f"{failing.where}, on {failing.target}"
            return f"{failing.failure.signature}\n  {place}\n{self._fault}"
        text = example_text(example, failing.where, failing.target, list(self._notes))
        return f"{text}\n\nreplay: {self.replay_command}"


@lru_cache(maxsize=8)
def _example(failing: Failing) -> Example:
    """Shrink the schedule of a failure and explain it, once however often its text is read."""
    target, schedule = failing.target, StrictReplay(failing.deviations)
    with carriers() as pool:
        single = run(failing.parameters, target, schedule, pool)
        return look_into(single, failing.name, target, pool, replays_max=REPLAYS, programs=False)


def _fault(bug: HarnessBug, target: Target) -> str:
    """Say whose fault it is that a failure cannot be judged."""
    return fault_of(bug, target) or bug_text(str(bug))


def _named(target: Target) -> Target:
    """Return the same by the name of its file; as it is where no other process could find it."""
    try:
        return target.by_file()
    except HarnessBug:
        return target
