# SPDX-License-Identifier: GPL-2.0-only
"""Is a vCPU that gets nowhere found, and one that is only slow let be? I24 and O11."""

from collections.abc import Callable, Sequence

import pytest

from harness import Execution, Failed, Failure, Passed
from harness.engine.threads import Thread
from tests.fixtures.judged import judged
from vgic import Machine, Mechanism, Parameters, Reference
from vgic.data.intids import Config
from vgic.data.program import WORK, Program, Pulse
from vgic.data.vcpu import Vcpu, VgicIrq
from vgic.judging.loading import FLUSHES_MAX, nobody_starves
from vgic.judging.progress import ENTRIES_MAX, exits_for_a_reason
from vgic.kernel.summary import ApListSummary
from vgic.parameters import Irq

Enlist = Callable[..., None]
RunMachine = Callable[..., tuple[Execution, Machine]]


class UnderflowForNothing(Reference):
    """The maintenance interrupt for few valid list registers is enabled with nothing outside."""

    def vgic_v3_configure_hcr(self, vcpu: Vcpu, summary: ApListSummary) -> None:
        super().vgic_v3_configure_hcr(vcpu, summary)
        vcpu.vgic_cpu.vgic_hcr.uie = True


class RequestsLeftAlone(Reference):
    """What others have asked for is not looked at before the next entry, and stays asked for."""

    def check_vcpu_requests(self, vcpu: Vcpu) -> None:
        pass


class LeastUrgentFirst(Reference):
    """Of two pending interrupts the less urgent one gets the list register."""

    def sort_key(self, vcpu: Vcpu, irq: VgicIrq) -> tuple[bool | int, ...]:
        *before, priority = super().sort_key(vcpu, irq)
        return (*before, -priority)


class Alternating:
    """Another thread after every step: what a device does falls into every flush."""

    next_point = 0
    asks_on_growth = False

    def begin(self, threads: Sequence[Thread]) -> None:
        pass

    def pick(self, step: int, me: Thread, options: Sequence[Thread]) -> int:
        return (options[0] is me) % len(options)


def one_edge() -> Parameters:
    return Parameters(
        nr_lr=4,
        irqs=(Irq(32, Config.EDGE, 0x80, 0),),
        guests=(Program.spelled("", (0,)),),
        devices=((Pulse(32, True, 0), Pulse(32, True, 0)),),
    )


def busy_with_little() -> Parameters:
    """One list register, a guest that works and acknowledges nothing, and a line that toggles."""
    pends = tuple(Pulse(intid, True, 0) for intid in (34, 33, 32))
    toggles = tuple(Pulse(35, bool(number % 2), 1) for number in range(120))
    return Parameters(
        nr_lr=1,
        irqs=(
            *(Irq(intid, Config.EDGE, 0x20 * (intid - 31), 0) for intid in (32, 33, 34)),
            Irq(35, Config.LEVEL, 0xE0, 0),
        ),
        guests=(Program((WORK,) * 100, (0,)),),
        devices=((*pends, *toggles),),
    )


def failure_in(run_machine: RunMachine, *arguments: object, **how: object) -> Failure:
    outcome = run_machine(*arguments, **how)[0].outcome
    assert isinstance(outcome, Failed), outcome
    return outcome.failure


@pytest.mark.parametrize(
    ("kernel", "kind", "function", "reason"),
    [
        (UnderflowForNothing, "I24 exit at entry", "kvm_vgic_flush_hwstate", "UIE"),
        (
            RequestsLeftAlone,
            "I24 exit storm",
            "kvm_arch_vcpu_ioctl_run",
            "a request is pending",
        ),
    ],
)
def test_a_guest_that_gets_to_do_nothing_is_found_and_says_what_for(
    kernel: type[Mechanism], kind: str, function: str, reason: str, run_machine: RunMachine
) -> None:
    failure = failure_in(run_machine, one_edge(), kernel=kernel, strategy=Alternating())
    assert failure.kind == kind
    assert failure.functions == (function,)
    assert reason in failure.message


def test_v1_is_not_in_a_storm(run_machine: RunMachine) -> None:
    assert run_machine(one_edge(), strategy=Alternating())[0].outcome == Passed()


def test_a_sort_that_ignores_priority_starves_the_best(run_machine: RunMachine) -> None:
    failure = failure_in(
        run_machine, busy_with_little(), kernel=LeastUrgentFirst, strategy=Alternating()
    )
    assert failure.kind == "O11 best pending starves"
    assert failure.message.startswith("spi 3")
    assert failure.functions == ("vgic_flush_lr_state",)


def test_v1_starves_nobody(run_machine: RunMachine) -> None:
    """A guest that enters a hundred times and gets little done is slow and not in a storm."""
    execution, machine = run_machine(busy_with_little(), strategy=Alternating())
    assert execution.outcome == Passed()
    assert "overflow" in machine.windows


@pytest.mark.parametrize(
    ("entries", "before", "fires"),
    [(ENTRIES_MAX, "same", True), (ENTRIES_MAX, "other", False), (ENTRIES_MAX // 2, "same", False)],
)
def test_a_storm_is_so_many_entries_that_look_alike(
    entries: int, before: str, fires: bool, call: Callable[..., Execution]
) -> None:
    def body(kernel: Mechanism) -> None:
        kvm = kernel.kvm
        exits_for_a_reason(kvm, kvm.vcpus[0], entries, "same", before)

    assert isinstance(call(body).outcome, Failed) is fires


def entries(kernel: Mechanism, count: int, *, works_at: int = -1, changes_at: int = -1) -> None:
    """Enter and exit so many times; at one of them the guest works, or its mask has changed."""
    kernel.trace = trace = judged(kernel.kvm)
    vcpu = kernel.kvm.vcpus[0]
    for number in range(count):
        if number == changes_at:
            vcpu.cpuif.vmcr.pmr = 0x80
        trace.entered(vcpu.vcpu_id)
        if number == works_at:
            vcpu.mode.read()
        trace.exited(vcpu.vcpu_id)


@pytest.mark.parametrize(
    ("how", "fires"),
    [
        ({"count": ENTRIES_MAX}, True),
        ({"count": ENTRIES_MAX - 1}, False),
        ({"count": ENTRIES_MAX, "works_at": 5}, False),
        ({"count": ENTRIES_MAX + 6, "works_at": 5}, True),
        ({"count": ENTRIES_MAX, "changes_at": 40}, False),
        ({"count": 3 * ENTRIES_MAX, "changes_at": 40}, True),
    ],
)
def test_what_the_guest_does_and_what_changes_end_a_storm(
    how: dict[str, int], fires: bool, call: Callable[..., Execution]
) -> None:
    outcome = call(lambda kernel: entries(kernel, **how)).outcome
    assert isinstance(outcome, Failed) is fires


@pytest.mark.parametrize(
    ("breaks_rings", "kind"), [(False, "list corruption"), (True, "I24 exit storm")]
)
def test_a_ring_that_is_found_damaged_on_the_way_is_that_unless_it_is_known_to_be_none(
    breaks_rings: bool, kind: str, call: Callable[..., Execution], enlist: Enlist
) -> None:
    def body(kernel: Mechanism) -> None:
        kvm = kernel.kvm
        first, second = (kvm.add_irq(intid, Config.EDGE, 0x80, 0) for intid in (32, 33))
        enlist(kvm.vcpus[0], first, second)
        second.ap_list.prev = second.ap_list
        trace = judged(kvm, breaks_rings=breaks_rings)
        for _ in range(ENTRIES_MAX):
            trace.turned_back(0)

    outcome = call(body).outcome
    assert isinstance(outcome, Failed)
    assert outcome.failure.kind == kind


@pytest.mark.parametrize(("flushes", "fires"), [(FLUSHES_MAX, True), (FLUSHES_MAX - 1, False)])
@pytest.mark.parametrize("loaded_once", [False, True])
def test_to_starve_is_to_be_left_out_so_often_in_a_row(
    flushes: int, fires: bool, loaded_once: bool, call: Callable[..., Execution], enlist: Enlist
) -> None:
    def body(kernel: Mechanism) -> None:
        kvm = kernel.kvm
        irq = kvm.add_irq(32, Config.EDGE, 0x80, 0)
        irq.pending_latch = True
        enlist(kvm.vcpus[0], irq)
        left_out: dict[VgicIrq, int] = {}
        for number in range(flushes):
            irq.on_lr = loaded_once and number == 3
            nobody_starves(kvm, kvm.vcpus[0], left_out)

    outcome = call(body, nr_lr=1).outcome
    assert isinstance(outcome, Failed) is (fires and not loaded_once)
