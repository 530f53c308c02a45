# SPDX-License-Identifier: GPL-2.0-only
"""When is a process of the pool taken to hang? Not while it comes up, however long that takes."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing import Pipe
from pathlib import Path

import pytest

from stress.executions.target import Target
from stress.jobs.cursor import NOT_UP
from stress.jobs.executor import Outcome
from stress.jobs.fresh import serve
from stress.jobs.local_pool import FRESH_FOR, FRESH_HASH, LocalPool
from stress.jobs.process import Process
from stress.jobs.rerun import Expected, Reran, Rerun
from stress.jobs.work import Bug
from stress.system import logs
from stress.system.logs import LogLine

NOTHING = Expected("one_interrupt", 0, "0" * 16, "nothing")
RERUN = Rerun(0, Target(), 7, "mix", executions=(NOTHING,))
AT_ONCE = -1.0


DEAR = (
    "asyncio",
    "distributed",
    "hypothesis",
    "jinja2",
    "matplotlib",
    "pydantic",
    "pytest",
    "typer",
)


def test_a_process_of_the_pool_imports_nothing_dear() -> None:
    """Each command that runs executions starts two of them, a night with many workers many."""
    source = f"import sys, stress.jobs.worker; print(*sorted({set(DEAR)} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []


@pytest.fixture
def process() -> Iterator[Process]:
    process = Process("the fresh process", serve, FRESH_HASH)
    yield process
    process.kill()
    process.ended()


def test_who_comes_up_is_not_silent(process: Process) -> None:
    process.job = RERUN
    process.pulse[0] = NOT_UP
    assert process.outcomes(ready=False, hang_s=AT_ONCE) == []


def test_who_is_up_and_does_not_move_is(process: Process, tmp_path: Path) -> None:
    process.job = RERUN
    process.pulse[0] = 0
    logs.start(0, tmp_path / "log.txt")
    (bug,) = process.outcomes(ready=False, hang_s=AT_ONCE)
    logs.stop()
    (line,) = (tmp_path / "log.txt").read_text("utf-8").splitlines()
    assert " WARNING the fresh process: hangs: no step for" in line
    assert isinstance(bug, Bug)
    assert "the fresh process hangs: no step for" in bug.message
    assert "in execution 0 of one_interrupt at step 0" in bug.message


@pytest.mark.parametrize("number", [-1, -2, -3, 0, 1])
def test_no_job_is_taken_for_coming_up(process: Process, number: int) -> None:
    """Inquiries have negative numbers; one of them was that of coming up."""
    process.job = replace(RERUN, number=number)
    process.pulse[0] = number
    (bug,) = process.outcomes(ready=False, hang_s=AT_ONCE)
    assert isinstance(bug, Bug)


def test_a_fresh_process_that_was_killed_is_replaced() -> None:
    with LocalPool(0, hang_s=AT_ONCE) as pool:
        pool.submit(RERUN)
        answers: list[Outcome] = []
        while not answers:
            answers = pool.answers(0.1)
        pool.kill()
        pool.submit(RERUN)
        assert pool.busy


def test_who_comes_up_says_so(process: Process) -> None:
    process.submit(RERUN)
    assert process.connection.poll(60)
    assert process.pulse[0] != NOT_UP


def test_a_rerun_tells_what_came_out_otherwise() -> None:
    with LocalPool(0) as pool:
        pool.submit(RERUN)
        (reran,) = pool.answers(60)
    assert isinstance(reran, Reran)
    ((how, where),) = reran.differences
    assert "execution 0 of one_interrupt gave nothing" in how
    assert not where


def test_now_and_then_another_fresh_process_hashes_otherwise() -> None:
    """What agrees by chance in one of them does not in all."""
    seeds = []
    with LocalPool(0) as pool:
        for _ in range(2 * FRESH_FOR):
            pool.submit(RERUN)
            seeds.append(pool.fresh_hash)
            pool.answers(60)
    assert seeds == [FRESH_HASH] * FRESH_FOR + [FRESH_HASH + 1] * FRESH_FOR


def test_a_line_for_the_log_comes_under_the_workers_name_and_is_no_answer(
    process: Process, tmp_path: Path
) -> None:
    logs.start(2, tmp_path / "log.txt")
    process.log = logs.named("worker 7")
    process.submit(RERUN)
    process.connection, theirs = Pipe()
    reran = Reran(0, 1, ())
    for said in (LogLine("batch 0\nworker 8: forged"), LogLine("died", "WARNING"), reran):
        theirs.send(said)
    outcomes = [process.outcomes(ready=True, hang_s=60) for _ in range(3)]
    logs.stop()
    assert outcomes == [[], [], [reran]]
    lines = (tmp_path / "log.txt").read_text("utf-8").splitlines()
    assert [line.split(" ", 2)[2] for line in lines] == [
        r"DEBUG worker 7: batch 0\nworker 8: forged",
        "WARNING worker 7: died",
    ]
