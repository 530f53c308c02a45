# SPDX-License-Identifier: GPL-2.0-only
"""Is the result of a campaign the same when processes are killed, stopped or leak?"""

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from stress.campaign.campaign import Campaign
from stress.campaign.plan import Plan
from stress.campaign.result import Result
from stress.executions.target import Target
from stress.jobs.executor import Job, Outcome
from stress.jobs.local_pool import LocalPool
from stress.jobs.mending import IN_A_ROW_MAX, Mending
from stress.jobs.rerun import Rerun
from stress.jobs.work import Batch, Bug

MakePlan = Callable[..., Plan]
SMALL = 3 << 26

PATCH = """
import os
from pathlib import Path
from vgic import Reference

_kept = []


class Patched(Reference):
    def announce_pending(self, vcpu):
        if len(vcpu.vgic_cpu.vgic_lr) == 2:
            {does}
        super().announce_pending(vcpu)
"""
ONCE = "Path({flag!r}).exists() or (Path({flag!r}).touch(), os.kill(os.getpid(), 9))"
LEAKS = "_kept.append(bytearray(1 << 22))"


class Killing(Mending):
    """Kills a process after each of some jobs has been given to it."""

    def __init__(self, jobs: int, when: dict[int, signal.Signals], *, hang_s: float) -> None:
        super().__init__(jobs, hang_s=hang_s)
        self._when = when
        self._submitted = 0

    def submit(self, job: Job) -> None:
        before = [process for process in self._processes if process.job is None]
        super().submit(job)
        number = self._when.get(self._submitted)
        self._submitted += 1
        if number is None:
            return
        workers = [each for each in before if each.job is not None]
        for process in [self._fresh] if isinstance(job, Rerun) else workers:
            assert process.process.pid is not None
            os.kill(process.process.pid, number)


def patched(tmp_path: Path, does: str) -> Target:
    path = tmp_path / "patched.py"
    path.write_text(PATCH.format(does=does), "utf-8")
    return Target(str(path))


def same(one: Result, other: Result) -> bool:
    return replace(one, seconds=0.0) == replace(other, seconds=0.0)


def run(plan: Plan, pool: LocalPool) -> Result:
    with pool:
        return Campaign(plan, pool).run()


def test_processes_that_are_killed_and_stopped_change_nothing(plan: MakePlan) -> None:
    plan_ = plan(target=Target("head-walk"), executions=144, shrink_replays=10, confirmations=2)
    when = {
        0: signal.SIGKILL,
        3: signal.SIGSTOP,
        6: signal.SIGSEGV,
        9: signal.SIGKILL,
        10: signal.SIGKILL,
    }
    usual = run(plan_, LocalPool(2))
    assert usual.findings
    pool = Killing(2, when, hang_s=2.0)
    assert same(run(plan_, pool), usual)
    assert len(pool.troubles) >= len(when)
    assert any("was stopped for 2 s" in text for text in pool.troubles)
    assert any("was killed (SIGKILL)" in text for text in pool.troubles)


def test_a_death_of_its_own_is_one_too_and_the_execution_is_named(
    plan: MakePlan, tmp_path: Path
) -> None:
    flag = str(tmp_path / "flag")
    pool = Mending(1)
    result = run(plan(target=patched(tmp_path, ONCE.format(flag=flag)), executions=24), pool)
    assert (result.executions, result.lost, result.faults, result.bugs) == (24, [], [], [])
    (trouble,) = pool.troubles
    assert trouble.startswith("worker 1 (pid ")
    assert trouble.endswith("was killed (SIGKILL) in execution 1 of inject_while_eoicount")


def test_an_execution_that_takes_all_memory_is_neither_pass_nor_fail(
    plan: MakePlan, tmp_path: Path
) -> None:
    target = patched(tmp_path, "_kept.extend(bytearray(1 << 24) for _ in range(999))")
    pool = Mending(1, memory_max=SMALL)
    result = run(plan(target=target, executions=3), pool)
    assert result.executions == 2
    assert result.lost == [
        ("inject_while_eoicount", 1, "the process that ran it ran out of memory, each time")
    ]
    assert not result.failures
    assert not result.bugs


def test_a_class_that_leaks_takes_no_more_than_its_bound_and_comes_out_as_if_it_did_not(
    plan: MakePlan, tmp_path: Path
) -> None:
    plan_ = plan(target=patched(tmp_path, LEAKS), executions=16)
    pool = Mending(1, memory_max=SMALL)
    result = run(plan_, pool)
    assert (result.executions, result.lost, result.faults, result.bugs) == (16, [], [], [])
    assert any("leaks memory or descriptors" in text for text in pool.troubles)


def test_when_no_process_lives_that_is_said(plan: MakePlan) -> None:
    class Dying(Mending):
        def _goes_on(self, process: object, attempt: object) -> None:
            super()._goes_on(process, attempt)  # type: ignore[arg-type]
            self._workers[0].process.kill()

    batch = Batch(0, Target(), 7, "mix", (("one_interrupt", 0),))
    said: list[Outcome] = []
    with Dying(1) as pool:
        pool._in_a_row = IN_A_ROW_MAX - 1
        pool.submit(batch)
        pool._workers[0].process.kill()
        while not said:
            said = pool.answers(1.0)
        (bug,) = said
    assert isinstance(bug, Bug)
    assert "processes died before they did anything" in bug.message
