# SPDX-License-Identifier: GPL-2.0-only
"""Do the checks of delivery fire on what is wrong, and on nothing else? I8, I9, I16, I21, O4."""

from collections.abc import Callable

import pytest

from harness import Execution, Failed, Failure, Passed, Strategy
from vgic import Machine, Mechanism, Parameters, Reference
from vgic.accesses import PEND, ROUTE, SGI, Access
from vgic.data.intids import Config
from vgic.data.program import Program, Pulse
from vgic.data.vcpu import Vcpu, VgicIrq
from vgic.hardware.list_registers import ListRegister
from vgic.judging.delivery import nobody_missed_a_kick, nothing_is_lost, nothing_is_stuck
from vgic.judging.progress import RETRIES_MAX, prune_ends
from vgic.parameters import Irq

Enlist = Callable[..., None]


def interrupt(kernel: Mechanism, intid: int = 32, *, pending: bool = True) -> VgicIrq:
    irq = kernel.kvm.add_irq(intid, Config.EDGE, 0x80, 0)
    irq.pending_latch = pending
    return irq


def never(vcpu: Vcpu, irq: VgicIrq) -> bool:
    return False


def judge_quiet(kernel: Mechanism) -> None:
    nobody_missed_a_kick(kernel.kvm, kernel.kvm.irqs, never)


@pytest.mark.parametrize(("masked_by", "priority"), [("pmr", 0x78), ("handler", 0x78)])
def test_i16_fires_on_a_pending_interrupt_its_idling_vcpu_would_take(
    failure_in_kernel: Callable[..., Failure], enlist: Enlist, masked_by: str, priority: int
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = interrupt(kernel)
        irq.priority = priority
        enlist(kernel.kvm.vcpus[0], irq)
        mask_at_0x80(kernel, masked_by)
        judge_quiet(kernel)

    assert failure_in_kernel(body).kind == "I16 missed kick"


def mask_at_0x80(kernel: Mechanism, masked_by: str) -> None:
    cpuif = kernel.kvm.vcpus[0].cpuif
    if masked_by == "pmr":
        cpuif.vmcr.pmr = 0x80
    else:
        cpuif.ap1r = 1 << (0x80 >> 3)


@pytest.mark.parametrize(
    "why",
    ["idle", "disabled", "distributor off", "pmr", "handler", "group", "routed elsewhere"],
)
def test_i16_is_silent_on_what_the_vcpu_would_not_take(
    in_kernel: Callable[..., Execution], enlist: Enlist, why: str
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu, other = kernel.kvm.vcpus
        irq = interrupt(kernel)
        enlist(vcpu, irq)
        irq.pending_latch = why != "idle"
        irq.enabled = why != "disabled"
        kernel.kvm.dist.enabled = why != "distributor off"
        if why in ("pmr", "handler"):
            mask_at_0x80(kernel, why)
        if why == "group":
            vcpu.cpuif.vmcr.group_enabled = (True, False)
        if why == "routed elsewhere":
            irq.target_vcpu = other
        judge_quiet(kernel)

    in_kernel(body, nr_vcpus=2)


def test_i16_is_silent_on_what_is_excused_and_asks_with_the_vcpu_it_waits_for(
    in_kernel: Callable[..., Execution], enlist: Enlist
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = interrupt(kernel)
        enlist(kernel.kvm.vcpus[0], irq)
        asked: list[tuple[Vcpu, VgicIrq]] = []

        def excused(vcpu: Vcpu, waiting: VgicIrq) -> bool:
            asked.append((vcpu, waiting))
            return True

        nobody_missed_a_kick(kernel.kvm, kernel.kvm.irqs, excused)
        assert asked == [(kernel.kvm.vcpus[0], irq)]

    in_kernel(body)


def test_i8_fires_on_a_pending_routed_interrupt_on_no_list(
    failure_in_kernel: Callable[..., Failure],
) -> None:
    def body(kernel: Mechanism) -> None:
        interrupt(kernel)
        judge_quiet(kernel)

    assert failure_in_kernel(body).kind == "I8 pending but not queued"


@pytest.mark.parametrize("why", ["idle", "disabled", "routed nowhere", "distributor off"])
def test_i8_is_silent_on_what_belongs_on_no_list(
    in_kernel: Callable[..., Execution], why: str
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = interrupt(kernel, pending=why != "idle")
        irq.enabled = why != "disabled"
        kernel.kvm.dist.enabled = why != "distributor off"
        if why == "routed nowhere":
            irq.target_vcpu = None
        judge_quiet(kernel)

    in_kernel(body)


def test_o4_is_silent_when_all_is_idle_and_when_what_is_in_a_register_looks_stale(
    in_kernel: Callable[..., Execution], enlist: Enlist
) -> None:
    def body(kernel: Mechanism) -> None:
        interrupt(kernel, 32, pending=False)
        loaded = interrupt(kernel, 33)
        enlist(kernel.kvm.vcpus[0], loaded)
        loaded.active = loaded.on_lr = True
        interrupt(kernel, 34).enabled = False
        nothing_is_stuck(kernel.kvm, kernel.kvm.irqs)

    in_kernel(body)


def stuck(kernel: Mechanism, enlist: Enlist, what: str) -> None:
    irq = interrupt(kernel, pending=what == "stuck pending")
    irq.active = what == "stuck active"
    if what == "stuck on a list":
        enlist(kernel.kvm.vcpus[0], irq)
    nothing_is_stuck(kernel.kvm, kernel.kvm.irqs)


@pytest.mark.parametrize("kind", ["stuck active", "stuck pending", "stuck on a list"])
def test_o4_fires_on_each_way_to_be_stuck(
    failure_in_kernel: Callable[..., Failure], enlist: Enlist, kind: str
) -> None:
    failure = failure_in_kernel(lambda kernel: stuck(kernel, enlist, kind))
    assert failure.kind == kind
    assert "spi 32" in failure.message


def test_i9_is_silent_when_every_edge_was_served(in_kernel: Callable[..., Execution]) -> None:
    in_kernel(lambda kernel: nothing_is_lost(kernel.kvm, []))


def test_i9_fires_on_an_edge_nobody_acknowledged(
    failure_in_kernel: Callable[..., Failure],
) -> None:
    failure = failure_in_kernel(lambda kernel: nothing_is_lost(kernel.kvm, [interrupt(kernel, 40)]))
    assert failure.kind == "I9 lost edge"
    assert "spi 40" in failure.message


@pytest.mark.parametrize("retries", [0, 1, 20])
def test_i21_is_silent_on_a_prune_that_starts_again_a_few_times(
    in_kernel: Callable[..., Execution], retries: int
) -> None:
    in_kernel(lambda k: prune_ends(k.kvm, k.kvm.vcpus[0], retries))


def test_i21_is_silent_on_a_prune_that_moves_as_many_as_there_are(
    in_kernel: Callable[..., Execution], enlist: Enlist
) -> None:
    moved: list[VgicIrq] = []

    def body(kernel: Mechanism) -> None:
        here, there = kernel.kvm.vcpus
        irqs = [interrupt(kernel, intid) for intid in range(32, 32 + RETRIES_MAX + 10)]
        enlist(here, *irqs)
        for irq in irqs:
            irq.target_vcpu = there
        kernel.vgic_prune_ap_list(here)
        moved.extend(irq for irq in irqs if irq.vcpu is there)

    in_kernel(body, nr_vcpus=2)
    assert len(moved) > RETRIES_MAX


def test_i21_fires_on_a_prune_that_never_stops_looking(
    failure_in_kernel: Callable[..., Failure], enlist: Enlist
) -> None:
    class NeverMoves(Reference):
        def still_to_migrate(self, irq: VgicIrq, vcpu: Vcpu, target: Vcpu) -> bool:
            return False

    def body(kernel: Mechanism) -> None:
        irq = interrupt(kernel)
        enlist(kernel.kvm.vcpus[0], irq)
        irq.target_vcpu = kernel.kvm.vcpus[1]
        kernel.vgic_prune_ap_list(kernel.kvm.vcpus[0])

    failure = failure_in_kernel(body, kernel=NeverMoves, nr_vcpus=2)
    assert failure.kind == "I21 prune does not end"


# Is each invariant of delivery silent on Reference, and is a kernel bug called by it?
#
# I8, I9, I16, I21 and O4. A device sends an edge, a level and another edge to a guest that idles;
# or a guest routes what it pended to another vCPU. What is lost or forgotten is judged in the
# drain.


Judge = Callable[[Parameters, type[Mechanism]], str | None]


def irqs(vcpu: int) -> tuple[Irq, ...]:
    return (
        Irq(32, Config.EDGE, 0xA0, vcpu),
        Irq(33, Config.LEVEL, 0x80, vcpu),
        Irq(34, Config.EDGE, 0x60, vcpu),
    )


SENT = Parameters(
    nr_lr=1,
    irqs=irqs(0),
    guests=(Program.spelled("", (0,)),),
    devices=(tuple(Pulse(intid, True, 0) for intid in (32, 33, 34)),),
)

# vCPU 0 goes first, and idles in its guest when vCPU 1 begins.
ROUTED = Parameters(
    nr_lr=1,
    irqs=irqs(1),
    guests=(
        Program.spelled("", (0,)),
        Program.spelled("mmam", (0,), (Access(PEND, 32), Access(PEND, 34), Access(ROUTE, 32, 0))),
    ),
    devices=(),
)


# vCPU 0 serves an SGI after the write of IROUTER, and idles again before the interrupt is moved.
MOVED_LATE = Parameters(
    nr_lr=1,
    irqs=(*irqs(1), Irq(1, Config.EDGE, 0x40, 0)),
    guests=(
        Program.spelled("", (0,)),
        Program.spelled(
            "mammmnem",
            (0,),
            (Access(PEND, 32), Access(PEND, 32), Access(ROUTE, 32, 0), Access(SGI, 1, 0)),
        ),
    ),
    devices=(),
)
SGI_IS_SERVED = ("vcpu1", "work vcpu 1", "vcpu0")


class QueuesNothing(Reference):
    """An interrupt becomes pending, and that is all."""

    def vgic_queue_irq_unlock(self, irq: VgicIrq, irqs_were_off: bool) -> bool:
        irq.irq_lock.unlock_irqrestore(irqs_were_off)
        return False


class TellsNobody(Reference):
    """An interrupt is queued, and that is all."""

    def announce_pending(self, vcpu: Vcpu) -> None:
        pass


class MovesSilently(Reference):
    """Nobody is told that a migrated interrupt has come."""

    def announce_migration(self, target: Vcpu) -> None:
        pass


class NeverMoves(Reference):
    """Prune looks again, and always finds that something else is right now."""

    def still_to_migrate(self, irq: VgicIrq, vcpu: Vcpu, target: Vcpu) -> bool:
        return False


class DropsUnacknowledged(Reference):
    """An edge that is still pending in its list register at the exit is gone."""

    def fold_pending(self, irq: VgicIrq, lr: ListRegister) -> None:
        pass


class LeavesIdle(Reference):
    """Prune takes nothing off the list."""

    def prune_target(self, irq: VgicIrq) -> Vcpu | None:
        return super().prune_target(irq) or irq.vcpu


@pytest.mark.parametrize("parameters", [SENT, ROUTED], ids=["sent", "routed"])
def test_all_are_silent_where_everything_arrives(
    windows_of: Callable[[Parameters], set[str]], parameters: Parameters
) -> None:
    assert "overflow" in windows_of(parameters)


def test_a_prune_that_starts_again_because_it_moved_something_is_silent(
    windows_of: Callable[[Parameters], set[str]],
) -> None:
    assert "migration" in windows_of(ROUTED)


@pytest.mark.parametrize(
    ("bug", "parameters", "kind"),
    [
        (QueuesNothing, SENT, "I8 pending but not queued"),
        (TellsNobody, SENT, "I16 missed kick"),
        (NeverMoves, ROUTED, "I21 prune does not end"),
        (LeavesIdle, SENT, "I25 left behind"),
        (DropsUnacknowledged, ROUTED, "I9 lost edge"),
    ],
)
def test_a_bug_is_called_by_its_name(
    kind_of: Judge, bug: type[Mechanism], parameters: Parameters, kind: str
) -> None:
    assert kind_of(parameters, Reference) is None
    assert kind_of(parameters, bug) == kind


def test_a_missed_kick_of_the_new_target_is_called_by_its_name(
    run_machine: Callable[..., tuple[Execution, Machine]], script: Callable[..., Strategy]
) -> None:
    right, machine = run_machine(MOVED_LATE, strategy=script(SGI_IS_SERVED))
    assert isinstance(right.outcome, Passed)
    assert "migration" in machine.windows
    wrong, _ = run_machine(MOVED_LATE, kernel=MovesSilently, strategy=script(SGI_IS_SERVED))
    assert isinstance(wrong.outcome, Failed)
    assert wrong.outcome.failure.kind == "I16 missed kick"
