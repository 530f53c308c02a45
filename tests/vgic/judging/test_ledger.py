# SPDX-License-Identifier: GPL-2.0-only
"""What does the ledger owe: which edge is still to come, which level may, and what has changed?"""

from collections.abc import Callable

import pytest

from harness import Execution
from vgic import Mechanism
from vgic.data.intids import Config
from vgic.data.vcpu import Vcpu, VgicIrq
from vgic.judging.ledger import Ledger

Body = Callable[[Ledger, VgicIrq], None]
With = Callable[[Body, Config], None]


@pytest.fixture
def with_ledger(in_kernel: Callable[..., Execution]) -> With:
    """Run a body with a ledger over one interrupt."""

    def run(body: Body, config: Config) -> None:
        def in_vm(kernel: Mechanism) -> None:
            irq = kernel.kvm.add_irq(32, config, 0x80, 0)
            body(Ledger(), irq)

        in_kernel(in_vm)

    return run


def send(ledger: Ledger, irq: VgicIrq, step: int = 0) -> None:
    ledger.begin(irq, sends=True)
    ledger.end(irq, step)


def test_an_edge_is_owed_from_the_send_to_the_acknowledge(with_ledger: With) -> None:
    def body(ledger: Ledger, irq: VgicIrq) -> None:
        assert ledger.unserved() == []
        send(ledger, irq)
        assert ledger.unserved() == [irq]
        ledger.acknowledge(irq)
        assert ledger.unserved() == []

    with_ledger(body, Config.EDGE)


def test_one_acknowledge_serves_all_edges_before_it_and_none_after(with_ledger: With) -> None:
    def body(ledger: Ledger, irq: VgicIrq) -> None:
        send(ledger, irq)
        send(ledger, irq)
        ledger.acknowledge(irq)
        assert ledger.unserved() == []
        send(ledger, irq)
        assert ledger.unserved() == [irq]

    with_ledger(body, Config.EDGE)


def test_an_acknowledge_while_the_send_is_under_way_counts_for_it(with_ledger: With) -> None:
    def body(ledger: Ledger, irq: VgicIrq) -> None:
        ledger.begin(irq, sends=True)
        ledger.acknowledge(irq)
        ledger.end(irq, 5)
        assert ledger.unserved() == []

    with_ledger(body, Config.EDGE)


def test_an_edge_the_guest_clears_is_owed_no_more_but_a_later_one_is(with_ledger: With) -> None:
    def body(ledger: Ledger, irq: VgicIrq) -> None:
        send(ledger, irq)
        ledger.forgive(irq)
        assert ledger.unserved() == []
        send(ledger, irq)
        assert ledger.unserved() == [irq]

    with_ledger(body, Config.EDGE)


def test_a_level_is_never_owed(with_ledger: With) -> None:
    def body(ledger: Ledger, irq: VgicIrq) -> None:
        send(ledger, irq)
        assert ledger.unserved() == []

    with_ledger(body, Config.LEVEL)


@pytest.mark.parametrize(
    ("before", "owed"), [("nothing", True), ("acknowledged", False), ("ended", True)]
)
@pytest.mark.parametrize("stale", [False, True])
def test_a_pend_is_owed_unless_its_guest_is_handling_the_interrupt(
    with_ledger: With, before: str, owed: bool, stale: bool
) -> None:
    """What the kernel has of that is stale while the guest runs."""

    def body(ledger: Ledger, irq: VgicIrq) -> None:
        if before != "nothing":
            ledger.acknowledge(irq)
        if before == "ended":
            ledger.deactivate(irq)
        irq.active = irq.on_lr = stale
        ledger.begin(irq, sends=True, pends=True)
        assert bool(ledger.unserved()) is owed
        ledger.acknowledge(irq)
        assert not ledger.unserved()

    with_ledger(body, Config.LEVEL)


def test_lowering_a_level_or_writing_a_register_sends_nothing(with_ledger: With) -> None:
    def body(ledger: Ledger, irq: VgicIrq) -> None:
        ledger.begin(irq, sends=False)
        ledger.end(irq, 1)
        assert not ledger[irq].raised

    with_ledger(body, Config.LEVEL)


@pytest.mark.parametrize(
    ("line", "latch", "busy", "raised"),
    [
        (False, False, False, False),
        (True, False, False, True),
        (False, True, False, True),
        (False, False, True, True),
    ],
    ids=["low", "line high", "pended by software", "on its way up"],
)
def test_a_level_may_come_again_after_its_end_only_if_it_is_up(
    with_ledger: With, line: bool, latch: bool, busy: bool, raised: bool
) -> None:
    def body(ledger: Ledger, irq: VgicIrq) -> None:
        send(ledger, irq)
        assert ledger.acknowledge(irq).raised
        irq.line_level, irq.pending_latch = line, latch
        if busy:
            ledger.begin(irq, sends=True)
        ledger.deactivate(irq)
        assert ledger[irq].raised is raised
        send(ledger, irq)
        assert ledger[irq].raised

    with_ledger(body, Config.LEVEL)


def test_a_change_counts_while_under_way_and_at_and_after_the_step_it_ended(
    with_ledger: With,
) -> None:
    def body(ledger: Ledger, irq: VgicIrq) -> None:
        assert ledger.changed_since(0) == set()
        ledger.begin(irq, sends=False)
        assert ledger.changed_since(1_000) == {irq}
        ledger.end(irq, 7)
        assert ledger.changed_since(7) == {irq}
        assert ledger.changed_since(8) == set()

    with_ledger(body, Config.EDGE)


def test_of_two_changes_at_once_the_interrupt_has_settled_after_the_last(with_ledger: With) -> None:
    def body(ledger: Ledger, irq: VgicIrq) -> None:
        ledger.begin(irq, sends=True)
        ledger.begin(irq, sends=False)
        ledger.end(irq, 3)
        assert ledger.changed_since(100) == {irq}
        ledger.end(irq, 4)
        assert ledger.changed_since(100) == set()

    with_ledger(body, Config.EDGE)


def routed(ledger: Ledger, irq: VgicIrq, old_target: Vcpu | None, step: int) -> int:
    """Enter a write of the routing; return the step at which it brought the interrupt home."""
    ledger.begin(irq, sends=False)
    ledger.routed(irq, old_target, step, step)
    ledger.end(irq, step)
    return ledger[irq].routed_home_at


def test_a_write_of_the_routing_counts_if_it_brings_the_interrupt_home(with_ledger: With) -> None:
    def body(ledger: Ledger, irq: VgicIrq) -> None:
        home = irq.target_vcpu
        assert routed(ledger, irq, None, 3) == -1, "it is on no list"
        irq.vcpu = home
        assert routed(ledger, irq, home, 5) == -1, "nothing changed"
        assert routed(ledger, irq, None, 7) == 7
        irq.vcpu = None

    with_ledger(body, Config.EDGE)


def test_an_interrupt_brought_home_is_owed_a_kick_once_it_is_announced(with_ledger: With) -> None:
    def body(ledger: Ledger, irq: VgicIrq) -> None:
        irq.vcpu = irq.target_vcpu
        announcements: tuple[Callable[[], None], ...] = (
            lambda: send(ledger, irq, 8),
            lambda: ledger.begin(irq, sends=False, announces=True),
            lambda: ledger.listed(irq, 9),
        )
        for announce in announcements:
            assert routed(ledger, irq, None, 7) == 7
            announce()
            assert ledger[irq].routed_home_at == -1
        irq.vcpu = None

    with_ledger(body, Config.EDGE)


@pytest.mark.parametrize(("line_is_up", "excused"), [(True, True), (False, False)])
def test_a_level_that_is_up_already_announces_nothing_when_raised_again(
    with_ledger: With, line_is_up: bool, excused: bool
) -> None:
    """What was brought home by a write of IROUTER stays excused until it is announced."""

    def body(ledger: Ledger, irq: VgicIrq) -> None:
        irq.vcpu, irq.line_level = irq.target_vcpu, line_is_up
        ledger.begin(irq, sends=False)
        ledger.routed(irq, None, 0, 5)
        ledger.end(irq, 5)
        assert ledger[irq].routed_home_at == 5
        send(ledger, irq, 7)
        assert (ledger[irq].routed_home_at == 5) is excused

    with_ledger(body, Config.LEVEL)


# The distributor (quirk Q12).


def is_off(ledger: Ledger) -> bool:
    return ledger.distributor_is_off


def overlap(ledger: Ledger) -> bool:
    return ledger.turns_overlap


def turn(ledger: Ledger, irq: VgicIrq, *, on: bool, step: int = 0) -> None:
    ledger.turn([irq], off=not on)
    ledger.turned([irq], step, off=not on)


def test_what_is_sent_while_the_distributor_is_off_is_shut_out_until_it_is_announced_anew(
    with_ledger: With,
) -> None:
    def body(ledger: Ledger, irq: VgicIrq) -> None:
        send(ledger, irq)
        assert not ledger[irq].shut_out
        turn(ledger, irq, on=False)
        assert is_off(ledger)
        assert ledger[irq].shut_out, "it may have been pruned"
        send(ledger, irq)
        irq.pending_latch = True
        assert ledger[irq].shut_out
        turn(ledger, irq, on=True)
        assert not is_off(ledger)
        assert ledger[irq].shut_out, "nobody has queued it since"
        send(ledger, irq)
        assert not ledger[irq].shut_out

    with_ledger(body, Config.EDGE)


@pytest.mark.parametrize(
    ("announces", "sends", "shut_out"),
    [(False, False, True), (True, False, False), (False, True, False)],
)
def test_a_write_that_announces_nothing_leaves_it_shut_out(
    with_ledger: With, announces: bool, sends: bool, shut_out: bool
) -> None:
    def body(ledger: Ledger, irq: VgicIrq) -> None:
        irq.pending_latch = True
        turn(ledger, irq, on=False)
        turn(ledger, irq, on=True)
        ledger.begin(irq, sends=sends, announces=announces)
        assert ledger[irq].shut_out is shut_out

    with_ledger(body, Config.EDGE)


@pytest.mark.parametrize("is_up", [False, True])
def test_a_level_that_is_up_already_is_shut_out_though_it_is_raised_again(
    with_ledger: With, is_up: bool
) -> None:
    def body(ledger: Ledger, irq: VgicIrq) -> None:
        irq.line_level = True
        turn(ledger, irq, on=False)
        turn(ledger, irq, on=True)
        irq.line_level = is_up
        send(ledger, irq)
        assert ledger[irq].shut_out is is_up

    with_ledger(body, Config.LEVEL)


@pytest.mark.parametrize(
    ("pending", "listed", "shut_out"),
    [(True, False, True), (True, True, False), (False, False, False)],
)
def test_what_is_listed_or_not_pending_when_it_is_on_again_is_not_shut_out(
    with_ledger: With, pending: bool, listed: bool, shut_out: bool
) -> None:
    def body(ledger: Ledger, irq: VgicIrq) -> None:
        irq.pending_latch = pending
        irq.vcpu = irq.target_vcpu if listed else None
        turn(ledger, irq, on=False)
        assert ledger[irq].shut_out
        turn(ledger, irq, on=True)
        assert ledger[irq].shut_out is shut_out

    with_ledger(body, Config.EDGE)


def test_the_distributor_may_be_off_from_the_beginning_of_one_write_to_the_end_of_the_other(
    with_ledger: With,
) -> None:
    def body(ledger: Ledger, irq: VgicIrq) -> None:
        ledger.turn([irq], off=True)
        assert is_off(ledger)
        send(ledger, irq)
        assert ledger[irq].shut_out
        ledger.turned([irq], 1, off=True)
        ledger.turn([irq], off=False)
        send(ledger, irq)
        assert ledger[irq].shut_out, "it may not be on yet"
        ledger.turned([irq], 2, off=False)
        assert not is_off(ledger)

    with_ledger(body, Config.EDGE)


@pytest.mark.parametrize("last", ["off", "on"])
def test_of_two_writes_at_once_nobody_knows_which_came_last(with_ledger: With, last: str) -> None:
    """Whichever returns last; the next one that is alone tells."""

    def body(ledger: Ledger, irq: VgicIrq) -> None:
        assert not overlap(ledger)
        ledger.turn([irq], off=True)
        assert not overlap(ledger)
        ledger.turn([irq], off=False)
        for step, off in enumerate((last == "on", last == "off")):
            assert overlap(ledger)
            ledger.turned([irq], step, off=off)
        assert overlap(ledger)
        assert is_off(ledger)
        turn(ledger, irq, on=True)
        assert not overlap(ledger)
        assert not is_off(ledger)

    with_ledger(body, Config.EDGE)


def test_a_write_that_begins_while_one_of_two_is_left_is_not_alone_either(
    with_ledger: With,
) -> None:
    def body(ledger: Ledger, irq: VgicIrq) -> None:
        ledger.turn([irq], off=True)
        ledger.turn([irq], off=False)
        ledger.turned([irq], 1, off=True)
        ledger.turn([irq], off=False)
        ledger.turned([irq], 2, off=False)
        assert overlap(ledger)
        ledger.turned([irq], 3, off=False)
        assert is_off(ledger), "the first two may have ended either way"

    with_ledger(body, Config.EDGE)


def test_a_write_to_the_distributor_touches_every_interrupt(with_ledger: With) -> None:
    def body(ledger: Ledger, irq: VgicIrq) -> None:
        ledger.turn([irq], off=False)
        assert ledger.changed_since(1_000) == {irq}
        assert not ledger.may_be_set_since(irq, 0), "and makes none pending"
        ledger.turned([irq], 7, off=False)
        assert ledger.changed_since(7) == {irq}
        assert ledger.changed_since(8) == set()
        assert not ledger[irq].shut_out

    with_ledger(body, Config.EDGE)
