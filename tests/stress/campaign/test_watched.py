# SPDX-License-Identifier: GPL-2.0-only
"""Does a part of the harness that is off turn a campaign red? Each row of docs/canaries.md.

Most of these run the real thing in this process, with one part put out of order.
"""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from harness.detectors.lock_order.checker import LockOrder
from harness.engine.strategy import Quiet
from harness.search.strategies import STRATEGIES
from stress.campaign.order import Order
from stress.campaign.plan import Plan
from stress.campaign.portfolio import Portfolio
from stress.commands import run as running
from stress.executions import single
from stress.executions.target import Target
from stress.inputs import Points
from stress.jobs import rerun, work, worker
from stress.jobs.executor import Executor
from stress.jobs.work import Facts
from stress.scenarios import SCENARIOS
from stress.system.exit_codes import Exit
from vgic import JudgedBy, machine
from vgic.judging import delivery, stop_at_unguarded
from vgic.tracepoints import Tracepoints

MakePlan = Callable[..., Plan]
Run = Callable[..., tuple[Exit, str, dict[str, Any]]]
PAGE = Path(__file__).parents[3] / "docs" / "canaries.md"
NAME = "inject_before_entry"


def no_losses(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(delivery, "nothing_is_lost", lambda kvm, irqs: None)


def no_lock_order(patch: pytest.MonkeyPatch) -> None:
    init = LockOrder.__init__

    def unchecking(self: LockOrder, scheduler: Any, *, checking: bool = True) -> None:
        init(self, scheduler, checking=False)

    patch.setattr(LockOrder, "__init__", unchecking)


def no_architecture(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(machine, "Overseer", lambda *_: Tracepoints())


def no_races(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(machine, "check_races", lambda kvm: None)


def no_points(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(machine, "stop_at_unguarded", lambda kvm, check: None)


def no_races_at_points(patch: pytest.MonkeyPatch) -> None:
    unchecked = partial(stop_at_unguarded, check=False)
    patch.setattr(machine, "stop_at_unguarded", lambda kvm, check: unchecked(kvm))


def all_the_same(patch: pytest.MonkeyPatch) -> None:
    run_again = rerun.run_again
    patch.setattr(worker, "run_again", lambda *args: replace(run_again(*args), differences=()))


def nothing_compared(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(work, "is_compared", lambda index: False)


def comparisons_lost(patch: pytest.MonkeyPatch) -> None:
    run_again = rerun.run_again
    patch.setattr(worker, "run_again", lambda *args: replace(run_again(*args), compared=0))


def executions_dropped(patch: pytest.MonkeyPatch) -> None:
    run_batch = work.run_batch

    def half(*args: Any) -> Facts:
        facts = run_batch(*args)
        return Facts(facts.number, facts.facts[::2])

    patch.setattr(worker, "run_batch", half)


def order_ends_early(patch: pytest.MonkeyPatch) -> None:
    take = Order.take

    def some(self: Order, count: int) -> Any:
        return () if self._taken >= 100 else take(self, count)

    patch.setattr(Order, "take", some)


def one_arm(patch: pytest.MonkeyPatch) -> None:
    arms = len(SCENARIOS[NAME].portfolio)
    numbers = iter(range(0, 1_000_000, arms))
    patch.setattr(Portfolio, "take", lambda self, epoch: [next(numbers) for _ in range(48)])


def one_strategy(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(SCENARIOS, NAME, replace(SCENARIOS[NAME], portfolio=("burst",)))


def idle_strategy(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(STRATEGIES, "burst", lambda stream, length: Quiet())


def no_windows(patch: pytest.MonkeyPatch) -> None:
    run_index = single.run_index
    patch.setattr(
        work,
        "run_index",
        lambda *args, **options: replace(run_index(*args, **options), windows=frozenset()),
    )


SABOTAGE = {
    "the judge of lost interrupts": (no_losses, "canary missed: the bug canary "),
    "the judge of the architecture, where it judges": (
        no_architecture,
        "canary missed: the bug no_splice ",
    ),
    "the lock-order checker": (no_lock_order, "canary missed: the bug two_locks_unordered "),
    "the race checker, where races are checked": (
        no_races,
        "canary missed: the bug canary_of_races ",
    ),
    "the race checker, where there are points at plain accesses too": (
        no_races_at_points,
        "canary missed: the bug canary_of_races ",
    ),
    "the points at plain accesses, where they are asked for": (
        no_points,
        "canary missed: the bug canary_of_points ",
    ),
    "comparing with a fresh process": (
        all_the_same,
        "canary missed: an execution that came out otherwise in a fresh process was taken",
    ),
    "the choice of executions to compare": (
        nothing_compared,
        "0 executions were compared with a run in a fresh process, at least 8 were to be",
    ),
    "a comparison that gets lost": (comparisons_lost, "0 executions were compared with a run"),
    "a worker that drops executions": (
        executions_dropped,
        "24 executions were handed out and 12 came back",
    ),
    "the order of executions": (order_ends_early, "were run of 1100 that were asked for"),
    "a portfolio reduced to one strategy": (one_arm, "in 1100 executions, and not "),
    "a strategy that does nothing": (idle_strategy, "strategy burst does nothing"),
    "the floors of windows": (no_windows, "crossed in 0.0 % of the executions"),
}


@pytest.fixture
def run(
    inside_pool: Executor,
    plan: MakePlan,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Return what runs a small campaign, and returns the exit code, what was said, the result.

    To check for data races, too, takes three to five times as long.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(running, "LocalPool", lambda jobs, **options: inside_pool)

    def run(
        *,
        races: bool = False,
        points: Points = Points.STANDARD,
        judge: JudgedBy = JudgedBy.INVARIANTS,
    ) -> tuple[Exit, str, dict[str, Any]]:
        target = Target(races=races, points=points, judge=judge)
        planned = plan(scenarios=[NAME], strategy="portfolio", executions=1_100, target=target)
        code = running.run(planned, running.Workers(1, 60.0), json_file=Path("result.json"))
        result = json.loads(Path("result.json").read_text("utf-8"))
        return code, capsys.readouterr().out, result

    return run


def test_with_all_in_order_a_campaign_is_green(run: Run) -> None:
    code, said, result = run(races=True, points=Points.ALL, judge=JudgedBy.BOTH)
    assert code == Exit.CLEAN, said
    assert result["compared"] >= 8


@pytest.mark.parametrize("what", SABOTAGE)
def test_what_is_off_turns_it_red(run: Run, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    sabotage, message = SABOTAGE[what]
    sabotage(monkeypatch)
    points = Points.ALL if sabotage in (no_points, no_races_at_points) else Points.STANDARD
    judge = JudgedBy.BOTH if sabotage is no_architecture else JudgedBy.INVARIANTS
    races = sabotage in (no_races, no_races_at_points)
    code, said, _ = run(races=races, points=points, judge=judge)
    assert code == (Exit.TOO_FEW if sabotage is no_windows else Exit.HARNESS_BUG), said
    assert message in said


def test_a_portfolio_that_never_had_another_strategy_is_red_too(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_strategy(monkeypatch)
    code, said, _ = run()
    assert code == Exit.HARNESS_BUG, said
    assert "portfolio ran burst in 1100 executions, and not 4 strategies" in said


def test_the_page_lists_what_is_put_out_of_order_here() -> None:
    rows = re.findall(r"^\| (.*?) \| .* \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert rows[2:] == list(SABOTAGE)
