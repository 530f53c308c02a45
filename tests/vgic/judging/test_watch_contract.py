# SPDX-License-Identifier: GPL-2.0-only
"""Is each invariant looked at when it must hold: which moment notices which damage?"""

from collections.abc import Callable

import pytest

from harness import Failure
from vgic import Mechanism
from vgic.data.intids import Config
from vgic.data.vcpu import Vcpu, VgicIrq
from vgic.judging.watch import Watch

Enlist = Callable[..., None]
Watched = tuple[Watch, Vcpu, VgicIrq, VgicIrq]


def watched(kernel: Mechanism) -> Watched:
    """Return a watch over a vCPU with two interrupts, neither pending nor listed."""
    irqs = [kernel.kvm.add_irq(intid, Config.EDGE, 0x80, 0) for intid in (32, 33)]
    kernel.watch = Watch(kernel.kvm)
    return kernel.watch, kernel.kvm.vcpus[0], irqs[0], irqs[1]


def unlock(vcpu: Vcpu) -> None:
    with vcpu.vgic_cpu.ap_list_lock:
        pass


def pend(*irqs: VgicIrq) -> None:
    for irq in irqs:
        irq.pending_latch = True


def unlock_with_damaged_list(kernel: Mechanism, enlist: Enlist) -> None:
    _, vcpu, irq, _ = watched(kernel)
    irq.vcpu = vcpu
    unlock(vcpu)


def unlock_with_overflow_outside_the_window(kernel: Mechanism, enlist: Enlist) -> None:
    _, vcpu, irq, _ = watched(kernel)
    pend(irq)
    enlist(vcpu, irq, overflow=True)
    unlock(vcpu)


def flush_with_overflow(kernel: Mechanism, enlist: Enlist) -> None:
    watch, vcpu, irq, _ = watched(kernel)
    pend(irq)
    enlist(vcpu, irq, overflow=True)
    watch.flushing(vcpu)


def add_to_the_wrong_list(kernel: Mechanism, enlist: Enlist) -> None:
    _, vcpu, irq, _ = watched(kernel)
    enlist(vcpu, irq)


def enter_with_registers_miscounted(kernel: Mechanism, enlist: Enlist) -> None:
    watch, vcpu, _, _ = watched(kernel)
    vcpu.vgic_cpu.used_lrs = 1
    watch.entering(vcpu)


def abort_with_registers_miscounted(kernel: Mechanism, enlist: Enlist) -> None:
    watch, vcpu, _, _ = watched(kernel)
    vcpu.vgic_cpu.used_lrs = 1
    watch.aborted(vcpu)


def enter_with_the_best_left_out(kernel: Mechanism, enlist: Enlist) -> None:
    watch, vcpu, irq, _ = watched(kernel)
    pend(irq)
    enlist(vcpu, irq)
    watch.flushing(vcpu)
    watch.entering(vcpu)


def exit_with_too_high_a_count(kernel: Mechanism, enlist: Enlist) -> None:
    watch, vcpu, _, _ = watched(kernel)
    vcpu.cpuif.hcr.eoicount = 1
    watch.exited(vcpu)


def sync_with_a_register_in_use(kernel: Mechanism, enlist: Enlist) -> None:
    watch, vcpu, _, _ = watched(kernel)
    vcpu.vgic_cpu.used_lrs = 1
    watch.synced(vcpu)


def sync_with_somebody_active(kernel: Mechanism, enlist: Enlist) -> None:
    watch, vcpu, irq, _ = watched(kernel)
    pend(irq)
    enlist(vcpu, irq)
    irq.active = True
    watch.synced(vcpu)


def sync_with_a_handler_gone(kernel: Mechanism, enlist: Enlist) -> None:
    watch, vcpu, _, _ = watched(kernel)
    watch.has_stack(vcpu, [32])
    watch.synced(vcpu)


def sync_with_a_handled_interrupt_unlisted(kernel: Mechanism, enlist: Enlist) -> None:
    watch, vcpu, irq, _ = watched(kernel)
    irq.active = True
    watch.has_stack(vcpu, [32])
    watch.synced(vcpu)


def sync_with_an_arrival_deactivated(kernel: Mechanism, enlist: Enlist) -> None:
    watch, vcpu, irq, _ = watched(kernel)
    watch.flushing(vcpu)
    pend(irq)
    enlist(vcpu, irq)
    irq.active = True
    vcpu.cpuif.hcr.eoicount = 1
    watch.exited(vcpu)
    irq.active = False
    watch.synced(vcpu)


def acknowledge_what_was_not_sent(kernel: Mechanism, enlist: Enlist) -> None:
    watch, vcpu, _, _ = watched(kernel)
    watch.acknowledged(vcpu, 32, 1)


def end_with_a_priority_left(kernel: Mechanism, enlist: Enlist) -> None:
    watch, vcpu, _, _ = watched(kernel)
    vcpu.cpuif.apr = 1
    watch.ended(vcpu, 32, 0)


def acknowledge_without_a_priority(kernel: Mechanism, enlist: Enlist) -> None:
    watch, vcpu, irq, _ = watched(kernel)
    watch.sending(irq, level=True)
    watch.acknowledged(vcpu, 32, 1)


def quiet_with_an_unannounced_interrupt(kernel: Mechanism, enlist: Enlist) -> None:
    watch, vcpu, irq, _ = watched(kernel)
    watch.flushing(vcpu)
    pend(irq)
    enlist(vcpu, irq)
    watch.quiet()


def drained_with_somebody_active(kernel: Mechanism, enlist: Enlist) -> None:
    watch, _, irq, _ = watched(kernel)
    irq.active = True
    watch.drained()


def drained_with_an_edge_sent(kernel: Mechanism, enlist: Enlist) -> None:
    watch, _, irq, _ = watched(kernel)
    watch.sending(irq, level=True)
    watch.sent(irq, level=True)
    watch.drained()


MOMENTS: dict[Callable[[Mechanism, Enlist], None], str] = {
    unlock_with_damaged_list: "I1 vcpu without list",
    unlock_with_overflow_outside_the_window: "I3 overflow left behind",
    flush_with_overflow: "I3 overflow left behind",
    add_to_the_wrong_list: "I23 put on the wrong list",
    enter_with_registers_miscounted: "I4 list registers miscounted",
    abort_with_registers_miscounted: "I4 list registers miscounted",
    enter_with_the_best_left_out: "O10 best pending left out",
    exit_with_too_high_a_count: "I14 EOIcount too high",
    sync_with_a_register_in_use: "I4 list registers not folded",
    sync_with_somebody_active: "I13 stuck active",
    sync_with_a_handler_gone: "I13 active state lost",
    sync_with_a_handled_interrupt_unlisted: "I7 active interrupt unlisted",
    sync_with_an_arrival_deactivated: "I15 arrival deactivated",
    acknowledge_what_was_not_sent: "I10 phantom edge",
    acknowledge_without_a_priority: "I12 active priorities",
    end_with_a_priority_left: "I12 active priorities",
    quiet_with_an_unannounced_interrupt: "I16 missed kick",
    drained_with_somebody_active: "stuck active",
    drained_with_an_edge_sent: "I9 lost edge",
}


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: moment.__name__)
def test_the_moment_notices_the_damage(
    failure_in_kernel: Callable[..., Failure],
    enlist: Enlist,
    moment: Callable[[Mechanism, Enlist], None],
) -> None:
    failure = failure_in_kernel(lambda kernel: moment(kernel, enlist))
    assert failure.kind == MOMENTS[moment]
