# SPDX-License-Identifier: GPL-2.0-only
"""Does a request reach its owner once, and does an IPI end a wait that came before or after it?"""

from collections.abc import Callable

import pytest

from harness import (
    Deviation,
    Execution,
    Failed,
    Failure,
    Ipi,
    Passed,
    Requests,
    Scheduler,
    Stream,
)
from harness.schedule.replay import StrictReplay
from harness.search.strategies import STRATEGIES

Program = Callable[[Scheduler], None]
Run = Callable[..., Execution]
Story = Callable[[Execution], list[str]]

EXIT, RELOAD = 0, 5


def with_requests(body: Callable[[Requests], None]) -> Program:
    def program(scheduler: Scheduler) -> None:
        requests = Requests(scheduler, "vcpu0")
        scheduler.thread("vcpu0", lambda: body(requests))

    return program


def kick_and_request(scheduler: Scheduler) -> None:
    """A device makes a request and kicks; the vCPU idles until kicked, then has to see it."""
    requests, ipi = Requests(scheduler, "vcpu0"), Ipi(scheduler, "vcpu0")

    def kicks() -> None:
        requests.make(RELOAD)
        ipi.send()

    def serves() -> None:
        ipi.wait()
        ipi.take()
        if not requests.check(RELOAD):
            scheduler.fail(Failure("missed request", "kicked, but nothing was asked for"))

    scheduler.thread("vcpu0", serves)
    scheduler.thread("dev0", kicks)


def test_a_request_made_is_found_once(run: Run) -> None:
    found = []

    def body(requests: Requests) -> None:
        found.append(requests.check(EXIT))
        requests.make(EXIT)
        found.append(requests.check(EXIT))
        found.append(requests.check(EXIT))

    assert run(with_requests(body)).outcome == Passed()
    assert found == [False, True, False]


def test_a_request_made_twice_before_it_is_taken_is_one(run: Run) -> None:
    found = []

    def body(requests: Requests) -> None:
        requests.make(EXIT)
        requests.make(EXIT)
        found.extend([requests.check(EXIT), requests.check(EXIT)])

    run(with_requests(body))
    assert found == [True, False]


def test_taking_one_request_leaves_the_others(run: Run) -> None:
    found = []

    def body(requests: Requests) -> None:
        requests.make(EXIT)
        requests.make(RELOAD)
        found.append(requests.check(RELOAD))
        found.append(requests.pending())
        found.append(requests.check(EXIT))
        found.append(requests.pending())

    run(with_requests(body))
    assert found == [True, True, True, False]


def test_looking_whether_anything_is_pending_takes_nothing(run: Run) -> None:
    found = []

    def body(requests: Requests) -> None:
        requests.make(RELOAD)
        found.extend([requests.pending(), requests.pending(), requests.check(RELOAD)])

    run(with_requests(body))
    assert found == [True, True, True]


def test_each_access_to_requests_is_a_scheduling_point(run: Run, story: Story) -> None:
    def body(requests: Requests) -> None:
        requests.make(EXIT)
        requests.pending()
        requests.check(EXIT)

    assert story(run(with_requests(body))) == [
        "vcpu0: request requests[vcpu0]",
        "vcpu0: read requests[vcpu0]",
        "vcpu0: take requests[vcpu0]",
        "vcpu0: exit",
    ]


@pytest.mark.parametrize("name", STRATEGIES)
def test_a_request_made_before_the_kick_is_seen_after_it(run: Run, name: str) -> None:
    for seed in range(15):
        strategy = STRATEGIES[name](Stream(seed, name), 8)
        assert run(kick_and_request, strategy).outcome == Passed()


def test_an_ipi_sent_before_the_wait_is_not_lost(run: Run, story: Story) -> None:
    execution = run(kick_and_request, StrictReplay([Deviation("start", 0, "dev0")]))
    assert execution.outcome == Passed()
    assert story(execution)[:2] == ["dev0: request requests[vcpu0]", "dev0: send ipi[vcpu0]"]


def test_an_ipi_ends_a_wait_under_way(run: Run) -> None:
    execution = run(kick_and_request)  # the vCPU idles first
    assert execution.outcome == Passed()
    assert execution.switches >= 2


def test_many_ipis_sent_before_one_is_taken_are_one(run: Run) -> None:
    pending = []

    def program(scheduler: Scheduler) -> None:
        ipi = Ipi(scheduler, "vcpu0")

        def body() -> None:
            pending.append(ipi.pending)
            ipi.send()
            ipi.send()
            pending.append(ipi.pending)
            ipi.wait()
            ipi.take()
            pending.append(ipi.pending)

        scheduler.thread("vcpu0", body)

    assert run(program).outcome == Passed()
    assert pending == [False, True, False]


def test_an_ipi_stays_pending_until_it_is_taken(run: Run) -> None:
    def program(scheduler: Scheduler) -> None:
        ipi = Ipi(scheduler, "vcpu0")

        def body() -> None:
            ipi.send()
            ipi.wait()
            ipi.wait()  # at once: nobody has taken it

        scheduler.thread("vcpu0", body)

    assert run(program).outcome == Passed()


def test_the_world_outside_can_assert_an_interrupt_without_a_scheduling_point(
    run: Run, story: Story
) -> None:
    def program(scheduler: Scheduler) -> None:
        ipi = Ipi(scheduler, "vcpu0")

        def on_quiescence() -> bool:
            ipi.assert_line()
            return True

        scheduler.on_quiescence = on_quiescence
        scheduler.thread("vcpu0", ipi.wait)

    execution = run(program)
    assert execution.outcome == Passed()
    assert story(execution) == ["vcpu0: idle ipi[vcpu0]", "vcpu0: exit"]


def taken_in_time(scheduler: Scheduler) -> None:
    """A sender waits until the other CPU has taken its IPI; that one leaves its mark before."""
    ipi, marks = Ipi(scheduler, "vcpu0"), list[str]()

    def sends() -> None:
        taking = ipi.next_taking()
        ipi.send()
        ipi.wait_for_taking(taking)
        if marks != ["left"]:
            scheduler.fail(Failure("waited too little", "the IPI was not taken yet"))

    def takes() -> None:
        ipi.wait()
        marks.append("left")
        ipi.take()

    scheduler.thread("vcpu0", takes)
    scheduler.thread("dev0", sends)


@pytest.mark.parametrize("name", STRATEGIES)
def test_who_waits_for_an_ipi_goes_on_when_it_was_taken(run: Run, name: str) -> None:
    for seed in range(15):
        strategy = STRATEGIES[name](Stream(seed, name), 8)
        assert run(taken_in_time, strategy).outcome == Passed()


def test_one_that_was_taken_before_the_wait_is_not_waited_for(run: Run) -> None:
    def program(scheduler: Scheduler) -> None:
        ipi = Ipi(scheduler, "vcpu0")

        def body() -> None:
            taking = ipi.next_taking()
            ipi.take()
            ipi.wait_for_taking(taking)

        scheduler.thread("vcpu0", body)

    assert run(program).outcome == Passed()


def test_one_that_nobody_takes_is_a_deadlock(run: Run) -> None:
    def program(scheduler: Scheduler) -> None:
        ipi = Ipi(scheduler, "vcpu0")
        scheduler.thread("dev0", lambda: ipi.wait_for_taking(ipi.next_taking()))

    outcome = run(program).outcome
    assert isinstance(outcome, Failed)
    assert outcome.failure.kind == "deadlock"
    assert "waits for ipi[vcpu0] to be taken" in outcome.failure.message


def test_the_bits_are_read_as_they_are_set(run: Run, story: Story) -> None:
    read = []

    def body(requests: Requests) -> None:
        read.append(requests.read())
        requests.make(RELOAD)
        requests.make(EXIT)
        read.append(requests.read())
        requests.check(RELOAD)
        read.append(requests.read())

    execution = run(with_requests(body))
    assert read == [0, 1 << RELOAD | 1 << EXIT, 1 << EXIT]
    assert sum("read requests[vcpu0]" in line for line in story(execution)) == 3
