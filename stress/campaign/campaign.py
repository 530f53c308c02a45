# SPDX-License-Identifier: GPL-2.0-only
"""A campaign: many executions under one budget, the same for a seed whatever the number of jobs.

The executions of a seed stand in one order (order.py). Batches of them go to workers; answers are
merged in that order, so a shorter campaign is a prefix of a longer one, and the first finding is
the first whichever worker found it. Some failures are looked into, chosen by their place in that
order too (inquiry.py). What is found is reported only if it comes out alike in a fresh process
(rerun.py), and kept at once: shrinking takes seconds, and a run may be killed at any moment.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from harness.detectors.lock_order import Witnessed, inverted, witnesses
from stress.campaign.canaries import not_all_reported, not_as_planned
from stress.campaign.comparing import Comparing
from stress.campaign.known import Known
from stress.campaign.order import Item
from stress.campaign.plan import Plan
from stress.campaign.result import Result
from stress.findings import Answer, Inquiry, Keeper, Keeps, found
from stress.jobs import Batch, Bug, Executor, Fact, Facts, Outcome, Reran
from vgic import changes_nothing, overrides_of

BATCH = 24
WAIT_S = 0.1


class Campaign:
    """Carries a plan out on an executor."""

    def __init__(
        self,
        plan: Plan,
        executor: Executor,
        *,
        interrupted: Callable[[], bool] = lambda: False,
        progress: Callable[[Result], None] = lambda result: None,
        keeper: Keeps | None = None,
        heard: Callable[[Fact], None] = lambda fact: None,
        known: Known | None = None,
    ) -> None:
        """Prepare a campaign.

        Args:
            plan: what to do.
            executor: runs its jobs.
            interrupted: asked often; True ends the campaign after the batches under way.
            progress: called with the result so far, often.
            keeper: keeps each finding as soon as it is confirmed; None if they are not to be kept.
            heard: called with each execution, in order.
            known: what is known from campaigns before; it grows with this one.
        """
        self._plan = plan
        self._executor = executor
        self._interrupted = interrupted
        self._progress = progress
        self._keeper = keeper or Keeper(None)
        self._heard = heard
        self._known = known or Known()
        self._order = plan.order()
        self._handed_out = 0
        self._batches: dict[int, Batch] = {}
        self._facts: dict[int, Facts] = {}
        self._merged = 0
        self._wanted: deque[Inquiry] = deque()
        self._inquiries = 0
        self._answers: dict[int, Answer] = {}
        self._unshrunk: dict[int, Answer] = {}
        self._found = 0
        self._comparing = Comparing(plan)
        self._met_in: dict[str, int] = {}

    def run(self) -> Result:
        """Run the campaign to its end."""
        executor, target = self._executor, self._plan.target
        result = Result(
            overrides=overrides_of(target.kernel),
            changes_nothing=target.is_users and changes_nothing(target.kernel),
            never_crosses=target.kernel.never_crosses,
        )
        begin = time.monotonic()
        more = True
        while True:
            more = more and not self._over(result, time.monotonic() - begin)
            while executor.idle:
                job: Batch | Inquiry | None = self._next_inquiry(result)
                if job is None and more:
                    job = self._next_batch()
                if job is None:
                    break
                executor.submit(job)
            if executor.can_rerun:
                rerun = self._comparing.next_rerun(
                    no_more=not self._batches, compares=not result.is_broken
                )
                if rerun is not None:
                    executor.submit(rerun)
            if not executor.busy:
                break
            for answer in executor.answers(WAIT_S):
                self._take(answer, result)
            self._merge(result)
            result.seconds = time.monotonic() - begin
            self._progress(result)
        self._find_what_is_left(result)
        self._put_in_order(result)
        result.seconds = time.monotonic() - begin
        if not result.faults:
            result.bugs += not_as_planned(self._plan, result, self._comparing.due)
        return result

    def _over(self, result: Result, seconds: float) -> bool:
        if self._interrupted():
            result.interrupted = True
        limit = self._plan.duration_s
        return (
            result.interrupted
            or result.is_broken
            or self._stopped(result)
            or (limit is not None and seconds >= limit)
        )

    def _stopped(self, result: Result) -> bool:
        return (
            result.is_endless
            or result.loses_too_many
            or (self._plan.stop_at_first and bool(result.failures))
        )

    def _next_batch(self) -> Batch | None:
        """Return the next executions; None if there are none left, or none to choose yet."""
        plan = self._plan
        items = self._order.take(BATCH)
        if not items:
            return None
        alone = plan.execution is not None
        batch = Batch(self._handed_out, plan.target, plan.seed, plan.strategy, items, alone)
        self._handed_out += 1
        self._batches[batch.number] = batch
        return batch

    def _next_inquiry(self, result: Result) -> Inquiry | None:
        if result.is_broken or not self._wanted:
            return None
        inquiry = self._wanted.popleft()
        # Who interrupts does not want to wait, and does not want to lose anything.
        return replace(inquiry, replays_max=0) if result.interrupted else inquiry

    def _take(self, answer: Outcome, result: Result) -> None:
        if isinstance(answer, Bug):
            (result.faults if answer.of_class else result.bugs).append(answer.message)
            self._met_in[answer.message] = answer.number
        elif isinstance(answer, Facts):
            result.bugs += not_all_reported(self._batches[answer.number], answer)
            self._facts[answer.number] = answer
        elif isinstance(answer, Answer):
            if self._comparing.is_known(answer):
                self._confirmed(answer)
            else:
                self._comparing.confirm(answer)
        elif isinstance(answer, Reran):
            confirmed = self._comparing.take(answer, result)
            if confirmed is not None:
                self._confirmed(confirmed)

    def _confirmed(self, answer: Answer) -> None:
        """Keep a failure that came out alike in a fresh process."""
        number = -answer.number
        if answer.last:
            self._answers[number] = answer
        elif number > self._found:
            # What it shrinks to may have been known already, and so have been first.
            self._unshrunk[number] = answer
            self._keeper.confirmed(number, found(answer))

    def _merge(self, result: Result) -> None:
        """Add what is complete from the front; what comes behind a gap has to wait."""
        while (facts := self._facts.pop(self._merged, None)) is not None:
            items = self._batches.pop(self._merged).items
            self._merged += 1
            lost = {(name, index): why for name, index, why in facts.lost}
            reported = iter(facts.facts)
            for item in items:
                if self._stopped(result):
                    break
                if item in lost:
                    result.lost.append((*item, lost[item]))
                    self._order.learn(item, None)
                    continue
                fact = next(reported, None)
                if fact is None:
                    break  # not all came back, which has been said
                result.add(fact)
                self._heard(fact)
                self._comparing.expect(fact)
                self._order.learn((fact.scenario, fact.index), fact.behaviour)
                if self._known.is_looked_into(fact):
                    self._want(((fact.scenario, fact.index),), machine=fact.machine)
                for steps in self._known.cycles(fact):
                    result.failures[inverted(steps)] += 1
                    self._want(witnesses(steps), tuple(steps))
        while (answer := self._answers.pop(self._found + 1, None)) is not None:
            self._found += 1
            self._find(answer, result)

    def _find(self, answer: Answer, result: Result) -> None:
        """Add what came of an inquiry, and keep it if it is a finding of its own."""
        finding = result.find(answer)
        one = None if finding is None else result.one_with(finding)
        beside = None if one is None else result.kept.get(one.signature)
        kept = self._keeper.settled(-answer.number, finding, beside)
        if finding is not None:
            result.kept[finding.signature] = kept

    def _find_what_is_left(self, result: Result) -> None:
        """Add what was confirmed and could not be shrunk, since something went wrong."""
        left = {**self._unshrunk, **self._answers}
        for number in sorted(left):
            if number > self._found:
                self._find(left[number], result)

    def _put_in_order(self, result: Result) -> None:
        """Have what went wrong in the order of the batches, whichever worker was the first.

        Lost executions come last: what was found before them is found with any number of workers.
        """
        result.not_rerun.sort()
        for met in (result.faults, result.bugs):
            met.sort(key=lambda text: self._met_in.get(text, self._handed_out))
        if text := result.why_too_many_were_lost:
            (result.faults if self._plan.target.is_users else result.bugs).append(text)

    def _want(
        self, items: tuple[Item, ...], orders: tuple[Witnessed, ...] = (), machine: str = ""
    ) -> None:
        self._inquiries += 1
        self._wanted.append(self._plan.inquiry(-self._inquiries, items, orders, machine))
