# SPDX-License-Identifier: GPL-2.0-only
"""What a campaign has run once more: some of its executions, and each failure it looks into.

Executions wait until there are enough of them for one fresh process, failures do not wait.
"""

from collections import deque
from itertools import starmap

from harness import HarnessBug, NotDeterministic
from harness.search.strategies import MIX
from stress.campaign.plan import Plan
from stress.campaign.result import Result
from stress.executions import Target, fault_of
from stress.findings import Answer, Example
from stress.jobs import COMPARED_AT_ONCE, Bug, Executor, Expected, Fact, Outcome, Reran, Rerun
from stress.scenarios import SHIPPED

_ALONE = -1
"""The number of a rerun that is no campaign's: no job beside it has that."""


class Comparing:
    """The reruns of one campaign.

    Attributes:
        due: how many executions were to be compared so far.
    """

    def __init__(self, plan: Plan) -> None:
        self.due = 0
        self._plan = plan
        self._reruns = 0
        self._waiting: deque[Expected] = deque()
        self._to_confirm: deque[Answer] = deque()
        self._under_way: dict[int, tuple[Expected, ...]] = {}
        self._confirming: dict[int, Answer] = {}
        self._confirmed: set[tuple[str, ...]] = set()
        self._refuted: set[int] = set()

    def expect(self, fact: Fact) -> None:
        """Have an execution compared, if it is one of those that are."""
        if fact.digest is not None:
            self.due += 1
            outcome = "passed" if fact.signature is None else repr(fact.signature)
            self._waiting.append(
                Expected(fact.scenario, fact.index, fact.digest, outcome, fact.machine)
            )

    def is_known(self, answer: Answer) -> bool:
        """Say whether the execution of an answer has been confirmed already."""
        return answer.example.tokens in self._confirmed

    def confirm(self, answer: Answer) -> None:
        """Have the execution of an answer run once more, if it has not come out otherwise."""
        if answer.number not in self._refuted:
            self._to_confirm.append(answer)

    def next_rerun(self, *, no_more: bool, compares: bool = True) -> Rerun | None:
        """Return what is to be run once more now, None if nothing is.

        Args:
            no_more: no more executions will come, so few are enough.
            compares: executions are compared; else only failures are confirmed.
        """
        plan, number = self._plan, self._reruns
        if self._to_confirm:
            answer = self._to_confirm.popleft()
            self._confirming[number] = answer
            rerun = Rerun(
                number,
                plan.target,
                plan.seed,
                plan.strategy,
                tokens=answer.example.tokens,
                found_in=f"execution {answer.execution} of {answer.scenario}",
                times=plan.confirmations,
            )
        elif compares and len(self._waiting) >= (1 if no_more else COMPARED_AT_ONCE):
            count = min(COMPARED_AT_ONCE, len(self._waiting))
            those = tuple(self._waiting.popleft() for _ in range(count))
            self._under_way[number] = those
            rerun = Rerun(number, plan.target, plan.seed, plan.strategy, executions=those)
        else:
            return None
        self._reruns += 1
        return rerun

    def take(self, reran: Reran, result: Result) -> Answer | None:
        """Take what came of a rerun; return the answer that it confirms, if it does.

        A failure that could not be run again, since that ends the process, stays as it was found.
        """
        for difference in starmap(NotDeterministic, reran.differences):
            fault = fault_of(difference, self._plan.target)
            (result.faults if fault else result.bugs).append(fault or str(difference))
        answer = self._confirming.pop(reran.number, None)
        if answer is None:
            those = self._under_way.pop(reran.number)
            for place, why in reran.lost:
                result.not_rerun.append((those[place].scenario, those[place].index, why))
            self.due -= len(reran.lost)
            result.compared += reran.compared - len(reran.differences)
            return None
        result.not_rerun += [(answer.scenario, answer.execution, why) for _, why in reran.lost]
        if reran.differences:
            # Nor is what it may have been shrunk to by now.
            self._to_confirm = deque(
                each for each in self._to_confirm if each.number != answer.number
            )
            self._refuted.add(answer.number)
            return None
        self._confirmed.add(answer.example.tokens)
        return answer


def takes_all_for_the_same(executor: Executor) -> list[str]:
    """Say if the fresh process does not notice that an execution comes out otherwise; [] if so.

    A campaign asks that before it begins, about an execution that nothing has ever come out as.
    """
    wrong = Expected(SHIPPED[0], 0, "0" * 16, "nothing")
    differences, bugs = _outcome(executor, Rerun(_ALONE, Target(), 0, MIX, executions=(wrong,)))
    if differences or bugs:
        return bugs
    return [
        "canary missed: an execution that came out otherwise in a fresh process was taken for "
        "the same, so a finding might not hold anywhere else"
    ]


def differs_afresh(
    executor: Executor, target: Target, example: Example, found_in: str, times: int = 1
) -> list[NotDeterministic]:
    """Return how a failure comes out otherwise in a fresh process; [] if it does not.

    Args:
        executor: has the fresh process.
        target: what it was found on.
        example: the failure.
        found_in: where it was found, in words.
        times: how often it is run there.

    Raises:
        HarnessBug: it cannot be run there.
    """
    rerun = Rerun(_ALONE, target, 0, MIX, tokens=example.tokens, found_in=found_in, times=times)
    differences, bugs = _outcome(executor, rerun)
    if bugs:
        raise HarnessBug(bugs[0])
    return differences


def _outcome(executor: Executor, rerun: Rerun) -> tuple[list[NotDeterministic], list[str]]:
    """Have something run once more, and wait; return the differences, and what went wrong."""
    executor.submit(rerun)
    answers: list[Outcome] = []
    # Others may have jobs there that nobody waits for any more.
    while not answers and executor.busy:
        answers += [each for each in executor.answers(1.0) if each.number == rerun.number]
    differences = [
        NotDeterministic(*each)
        for answer in answers
        if isinstance(answer, Reran)
        for each in answer.differences
    ]
    bugs = [answer.message for answer in answers if isinstance(answer, Bug)]
    lost = [why for answer in answers if isinstance(answer, Reran) for _, why in answer.lost]
    return differences, [*bugs, *lost]
