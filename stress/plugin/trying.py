# SPDX-License-Identifier: GPL-2.0-only
"""What a test has tried: executions of a scenario in this process, up to the first finding.

The carriers are kept for the whole session; under xdist each worker claims a core of its own. A
finding is looked into, confirmed in a fresh process and kept, as those of a run are: under `@given`
only that of the example which Hypothesis reports (given.py).
"""

import time
from collections.abc import Sequence
from dataclasses import replace

from harness import HarnessBug, Quiet
from harness.detectors.lock_order import Witnessed, inverted, witnesses
from harness.search.strategies import PORTFOLIO
from stress.campaign import Known, Result
from stress.executions import (
    Hung,
    Single,
    Target,
    fault_of,
    give_up_pool,
    kept_pool,
    run,
    run_index,
    watched,
    witness,
)
from stress.findings import Example, Finding, circle, look_into
from stress.jobs import Fact, run_one
from stress.plugin.capture import last_words
from stress.plugin.failing import HarnessAtFault, SchedulesFailed
from stress.plugin.keeping import settled
from stress.plugin.options import Budget
from stress.plugin.task import Task
from stress.reporting import example_text
from stress.scenarios import Scenario
from stress.shrinking import REPLAYS
from stress.system import Exit


def hung_text(hung: Hung, where: str) -> str:
    """Return what there is to say of an execution that hangs; give up what it ran on.

    Raises:
        HarnessAtFault: it hangs in no line of the user's own.
    """
    give_up_pool()
    text = "\n".join([hung.text, f"  {where}", "stacks, the outermost call first:", *hung.stacks])
    if not hung.line:
        raise HarnessAtFault(f"HARNESS BUG: {text}") from None
    return text


class Search:
    """Tries a scenario on a target.

    Attributes:
        result: what was run so far.
        findings: the identity of what was found, if anything was.
    """

    def __init__(self, scenario: Scenario, target: Target, task: Task) -> None:
        """Prepare it.

        Args:
            scenario: what is run; if it has no length, that is measured first.
            target: what is tested.
            task: how it is tried.
        """
        self.result = Result()
        self.findings: tuple[str, ...] = ()
        self._scenario = scenario
        self._target = target
        self._strategy = task.strategy or PORTFOLIO
        self._seed = task.seed
        self._task = task
        self._known = Known()

    def run(self) -> None:
        """Run executions until one fails or the budget is spent.

        Raises:
            SchedulesFailed: there is a finding, or the class under test cannot be judged.
            HarnessAtFault: something is wrong with the harness.
        """
        began, where = time.monotonic(), f"{self._scenario.name}, {self._where()}"
        try:
            with watched(kept_pool(), last_words, at_fault=Exit.FINDINGS, survives=True):
                self._measure()
                self._run(self._task.budget, began)
        except HarnessBug as bug:
            fault = fault_of(bug, self._target)
            if not fault:
                raise HarnessAtFault(f"HARNESS BUG: {bug}\n  {where}") from None
            raise SchedulesFailed(f"{fault}\n  {where}") from None
        except Hung as hung:
            where = f"execution {self.result.executions} of {where}"
            raise SchedulesFailed(hung_text(hung, where)) from None
        finally:
            self.result.seconds = time.monotonic() - began

    def _where(self) -> str:
        return f"seed {self._seed:#x}, on {self._target}"

    def _measure(self) -> None:
        if not self._scenario.length:
            parameters = self._scenario.parameters(self._seed, 0)
            single = run(parameters, self._target, Quiet(), kept_pool())
            self._scenario = replace(self._scenario, length=single.execution.steps)

    def _run(self, budget: Budget, began: float) -> None:
        for index in budget.numbers:
            if budget.is_over(began, self.result.executions):
                return
            single, fact = run_one(
                self._scenario, self._seed, index, self._strategy, self._target, kept_pool()
            )
            self.result.add(fact)
            if fact.signature is not None:
                self._fails(fact.signature, fact)
                example = look_into(
                    single, fact.scenario, self._target, kept_pool(), replays_max=REPLAYS
                )
                self._fail(example, fact)
            for steps in self._known.cycles(fact):
                self._fails(inverted(list(steps)), fact)
                self._fail(self._circle(steps), fact)

    def _fails(self, signature: str, fact: Fact) -> None:
        """Note that an execution fails; raise no more than that if the example is not reported."""
        self._task.fails_after(self.result.executions)
        if not self._task.reported:
            text = f"{signature}\n  execution {fact.index} of {fact.scenario}, {self._where()}"
            raise SchedulesFailed(text, signature)

    def _circle(self, steps: Sequence[Witnessed]) -> Example:
        """Return locks taken in a circle as an example: the executions it takes, together."""
        signature = inverted(list(steps))
        tokens = [
            witness(self._again(index), name, signature, self._target, kept_pool()).encode()
            for name, index in witnesses(list(steps))
        ]
        return circle(steps, signature, tokens, self._target)

    def _again(self, index: int) -> Single:
        return run_index(
            self._scenario, self._seed, index, self._strategy, self._target, kept_pool()
        )

    def _fail(self, example: Example, fact: Fact) -> None:
        """Confirm a finding, keep it, and raise it."""
        finding = Finding(fact.scenario, fact.index, fact.strategy, example)
        notes, tokens = settled(finding, self._target, self._task.folder)
        where = f"execution {fact.index} of {fact.scenario}, seed {self._seed:#x}"
        text = example_text(example, where, self._target, notes)
        self.findings = (example.identity,)
        raise SchedulesFailed(text, example.identity, tokens)
