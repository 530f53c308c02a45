# SPDX-License-Identifier: GPL-2.0-only
"""What becomes of a job in which processes die: what is done again, and what is left out?"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from stress.executions.target import Target
from stress.findings.example import Example
from stress.findings.inquiry import Answer, Inquiry
from stress.jobs.attempt import DEATHS_MAX, Attempt
from stress.jobs.cursor import NO_JOB
from stress.jobs.death import Death, death_in, ended_text
from stress.jobs.errands import Replay, ReplayedFinding
from stress.jobs.executor import Job
from stress.jobs.rerun import Expected, Reran, Rerun
from stress.jobs.work import LOST_MAX, Batch, Bug, Fact, Facts
from stress.jobs.worker import OUT_OF_MEMORY

NAME = "one_interrupt"
BATCH = Batch(3, Target(), 7, "mix", tuple((NAME, index) for index in range(8)))
INQUIRY = Inquiry(-1, Target(), 7, "mix", ((NAME, 5),), 100)
TOKEN = Rerun(0, Target(), 7, "mix", tokens=("vs1-x",), found_in="execution 5 of one_interrupt")
COMPARED = Rerun(
    0, Target(), 7, "mix", executions=tuple(Expected(NAME, n, "d", "passed") for n in range(4))
)
MakeFact = Callable[..., Fact]
MakeExample = Callable[..., Example]


def killed(job: Job, item: int, begun: int = 1) -> Death:
    return death_in(job, "was killed (SIGKILL)", (job.number, item, 9, 9, begun))


def done(batch: Job, fact: MakeFact) -> Facts:
    assert isinstance(batch, Batch)
    return Facts(batch.number, tuple(fact(*item) for item in batch.items))


def finish(attempt: Attempt, fact: MakeFact) -> Facts:
    """Have all that is left done without another death."""
    while True:
        if said := attempt.says(done(attempt.job, fact)):
            (facts,) = said
            assert isinstance(facts, Facts)
            return facts


def test_a_batch_comes_out_as_if_nobody_had_died(fact: MakeFact) -> None:
    attempt = Attempt(BATCH)
    for item in (6, 2, 0, 1):
        assert attempt.died(killed(attempt.job, min(item, len(attempt.job.items) - 1)))
    assert finish(attempt, fact) == done(BATCH, fact)


def test_who_dies_before_the_job_begins_is_no_reason_to_leave_anything_out(fact: MakeFact) -> None:
    attempt = Attempt(BATCH)
    for _ in range(9):
        assert attempt.died(death_in(BATCH, "was killed (SIGKILL)", (NO_JOB, 3, 0, 0, 1)))
    assert attempt.job == BATCH
    assert finish(attempt, fact) == done(BATCH, fact)


def test_an_execution_in_which_two_die_is_left_out_and_no_other(fact: MakeFact) -> None:
    attempt = Attempt(BATCH)
    assert attempt.died(killed(attempt.job, 5))
    assert attempt.says(done(attempt.job, fact)) == []
    assert isinstance(attempt.job, Batch)
    assert attempt.job.items[0] == (NAME, 5)
    assert attempt.died(killed(attempt.job, 0))
    facts = finish(attempt, fact)
    assert facts.lost == ((NAME, 5, "the process that ran it was killed (SIGKILL), each time"),)
    assert [each.index for each in facts.facts] == [0, 1, 2, 3, 4, 6, 7]


def test_when_too_many_are_lost_only_what_comes_before_them_is_done(fact: MakeFact) -> None:
    attempt = Attempt(BATCH)
    for index in (1, 2, 5):
        for _ in range(2):
            while isinstance(attempt.job, Batch) and (NAME, index) not in attempt.job.items:
                attempt.says(done(attempt.job, fact))
            assert isinstance(attempt.job, Batch)
            attempt.died(killed(attempt.job, attempt.job.items.index((NAME, index))))
    (facts,) = attempt.ends() if attempt.is_over else [finish(attempt, fact)]
    assert isinstance(facts, Facts)
    assert [index for _, index, _ in facts.lost] == [1, 2, 5]
    assert len(facts.lost) == LOST_MAX
    assert [each.index for each in facts.facts] == [0, 3, 4]


def test_a_comparison_goes_on_without_what_kills_it() -> None:
    attempt = Attempt(COMPARED)
    assert attempt.died(killed(attempt.job, 2, begun=3))
    assert attempt.says(Reran(0, 2, ())) == []
    assert attempt.died(killed(attempt.job, 0, begun=3))
    assert attempt.says(Reran(0, 1, (("how", "where"),))) == [
        Reran(
            0,
            3,
            (("how", "where"),),
            ((2, "the process that ran it was killed (SIGKILL), each time"),),
        )
    ]


def test_a_failure_that_cannot_be_run_again_is_said_to_be_one() -> None:
    attempt = Attempt(TOKEN)
    assert attempt.died(killed(TOKEN, 0, begun=4))
    assert attempt.job == TOKEN
    assert not attempt.died(killed(TOKEN, 0, begun=4))
    (reran,) = attempt.ends()
    assert isinstance(reran, Reran)
    assert (reran.compared, len(reran.lost)) == (0, 1)


def test_who_is_killed_by_chance_is_so_at_another_place() -> None:
    attempt = Attempt(INQUIRY)
    for begun in range(1, DEATHS_MAX):
        assert attempt.died(killed(INQUIRY, 0, begun))
        assert attempt.job == INQUIRY
    assert attempt.died(killed(INQUIRY, 0, 99))
    assert attempt.job != INQUIRY


def test_a_failure_that_cannot_be_shrunk_stays_as_it_was_found(example: MakeExample) -> None:
    attempt = Attempt(INQUIRY)
    found = Answer(-1, NAME, 5, "pct", example("I9", "vs1-found"), last=False)
    assert attempt.says(found) == [found]
    for _ in range(2):
        assert attempt.died(killed(INQUIRY, 0, 40))
        assert attempt.says(found) == []
    assert attempt.job == replace(INQUIRY, replays_max=0)
    last = replace(found, last=True)
    assert attempt.says(last) == [last]


@pytest.mark.parametrize("said", [False, True])
def test_one_that_cannot_even_be_confirmed_is_somebodys_fault(
    example: MakeExample, said: bool
) -> None:
    attempt = Attempt(INQUIRY)
    if said:
        attempt.says(Answer(-1, NAME, 5, "pct", example("I9", "vs1-found"), last=False))
    alive = [attempt.died(killed(INQUIRY, 0, 2)) for _ in range(4)]
    assert alive == [True, True, True, False]
    outcomes = attempt.ends()
    assert all(isinstance(each, Bug) for each in outcomes)
    assert len(outcomes) == (0 if said else 1)


def test_what_kills_its_replay_cannot_be_judged() -> None:
    replay = Replay(0, Target(), ())
    attempt = Attempt(replay)
    death = Death(replay, "took no step for 60 s", 0, 1)
    assert attempt.died(death)
    assert not attempt.died(death)
    assert attempt.ends() == [ReplayedFinding(0, "cannot be judged")]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (-9, "was killed (SIGKILL)"),
        (137, "was killed (SIGKILL)"),
        (-11, "was killed (SIGSEGV)"),
        (OUT_OF_MEMORY, "ran out of memory"),
        (3, "ended (exit code 3)"),
        (-99, "ended (exit code -99)"),
    ],
)
def test_an_end_is_said_in_words(code: int, words: str) -> None:
    assert ended_text(code) == words
