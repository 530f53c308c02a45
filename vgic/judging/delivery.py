# SPDX-License-Identifier: GPL-2.0-only
"""Whatever is sent arrives, and somebody is kicked for it: I8, I9, I16, O4.

Judged when everybody idles: first when nothing has forced an exit, for missed kicks, and then
after two more entries of each vCPU, for what is lost or stuck.
"""

from collections.abc import Callable, Sequence

from vgic.data import EDGE, LEVEL, Kvm, Vcpu, VgicIrq, irq_is_pending
from vgic.judging.active_states import ActiveStates
from vgic.judging.bookkeeping import Bookkeeping
from vgic.judging.judge import Judge, fail, is_masked, names, would_take
from vgic.judging.lists import Lists
from vgic.judging.writes import line_is_as_driven


class Delivery(Judge):
    """Judges in the drain, by what each vCPU's last flush has seen."""

    def __init__(self, kvm: Kvm, books: Bookkeeping, states: ActiveStates, lists: Lists) -> None:
        """Begin to listen.

        Args:
            kvm: the VM.
            books: tell what was sent.
            states: tell what is active by what software has written, and so not taken.
            lists: tell when each vCPU has flushed, and when it had seen its list by then.
        """
        super().__init__(kvm)
        self._books = books
        self._states = states
        self._flushed_at = lists.flushed_at
        self._seen_at = lists.seen_at

    def idled(self) -> None:
        """Judge missed kicks: everybody idles and nothing has forced an exit."""
        kvm = self._kvm
        nobody_missed_a_kick(kvm, self._judged(), self._may_wait)
        for irq in kvm.irqs:
            account = self._books.ledger[irq]
            if irq.config is LEVEL and account.line is not None:
                line_is_as_driven(kvm, irq, account.line)
            if irq.vcpu is not None and not account.forfeited:
                here = irq.vcpu
                seen = account.listed_at <= self._seen_at[here.vcpu_id]
                # What finds a vCPU out of its guest, on its way to sleep, is seen by its look.
                seen |= here.wait.asleep and here.requests.bits != 0
                arrival_was_announced(kvm, here, irq, seen=seen)

    def _may_wait(self, vcpu: Vcpu, irq: VgicIrq) -> bool:
        """Tell whether an interrupt may wait here.

        It does if it belongs here by a write of IROUTER, which kicks nobody (quirk Q3); if it is
        urgent enough by one of IPRIORITYR, or what was loaded in its place by one is not any more,
        which kicks nobody either (Q7); and if the guest takes nothing, since it awaits what nobody
        does (Q8).
        """
        if vcpu in self._kvm.awaiting:
            return True
        account, since = self._books.ledger[irq], self._flushed_at[vcpu.vcpu_id]
        return account.routed_home_at >= since or account.reordered_at >= since

    def _judged(self) -> list[VgicIrq]:
        """Return the interrupts that no guest has lost by right, nor anybody has activated.

        What the distributor was turned off for is on no list until somebody touches it (Q12).
        """
        ledger = self._books.ledger
        irqs = [irq for irq in self._kvm.irqs if not ledger[irq].forfeited]
        return self._not_activated(
            [irq for irq in irqs if irq.vcpu is not None or not ledger[irq].shut_out]
        )

    def _not_activated(self, irqs: Sequence[VgicIrq]) -> list[VgicIrq]:
        """Return those of some interrupts that are not active by what software has written."""
        return [irq for irq in irqs if not (irq.active and self._states.is_activated(irq))]

    def _taken(self, irqs: Sequence[VgicIrq]) -> list[VgicIrq]:
        """Return those of some interrupts whose guest takes what there is (quirk Q8)."""
        awaiting = self._kvm.awaiting
        return [irq for irq in irqs if irq.vcpu not in awaiting and irq.target_vcpu not in awaiting]

    def drained(self) -> None:
        """Judge loss and stuck states: every vCPU has been through two more entries."""
        judged = self._judged()
        ledger = self._books.ledger
        unserved = [
            irq
            for irq in self._not_activated(ledger.unserved())
            if not (ledger[irq].shut_out and irq_is_pending(irq))
        ]
        if self._kvm.awaiting:
            judged, unserved = self._taken(judged), self._taken(unserved)
        nothing_is_stuck(self._kvm, judged)
        nothing_is_lost(self._kvm, unserved)


def nobody_missed_a_kick(
    kvm: Kvm, irqs: Sequence[VgicIrq], excused: Callable[[Vcpu, VgicIrq], bool]
) -> None:
    """I8 and I16: everybody idles, and nothing deliverable waits for a vCPU to look.

    A vCPU that idles in its guest has nothing to acknowledge in its list registers and no exit
    under way; so whatever is pending for it in memory became so after its flush, unannounced. One
    that sleeps while its guest waits for an interrupt is woken by any that the saved mask lets in.

    Args:
        kvm: the VM.
        irqs: those of its interrupts that are judged.
        excused: tells of an interrupt on a vCPU's list whether a documented quirk lets it wait.

    Locks: none needed: nobody is running.
    """
    for irq in irqs:
        target = irq.target_vcpu
        if target is None or not (irq.enabled and irq_is_pending(irq) and kvm.dist.enabled):
            continue
        if _is_stale(irq):
            continue
        if irq.vcpu is None:
            fail(kvm, "I8 pending but not queued", f"{irq} is pending but on no list")
        elif irq.vcpu.wait.asleep:
            if wakes(irq.vcpu, irq) and not excused(irq.vcpu, irq):
                fail(
                    kvm,
                    "I16 missed kick",
                    f"{irq} is pending for {irq.vcpu}, which sleeps while its guest waits for an "
                    "interrupt, and no wake-up is under way",
                )
        elif would_take(irq.vcpu, irq) and not excused(irq.vcpu, irq):
            fail(
                kvm,
                "I16 missed kick",
                f"{irq} is pending for {irq.vcpu}, which idles in its guest with no request, "
                "IPI or maintenance interrupt under way",
            )


def _is_stale(irq: VgicIrq) -> bool:
    """Tell whether what is pending of a mapped interrupt in memory is not so any more.

    It is in a list register, and its guest may have ended it: no maintenance interrupt says so, as
    the end is the device's business (HW). What that asks for is announced anew; what software has
    pended meanwhile waits for the next exit (quirk Q13).
    """
    return irq.physical is not None and irq.on_lr and not irq.physical.line


def wakes(vcpu: Vcpu, irq: VgicIrq) -> bool:
    """Tell whether a vCPU does not sleep for an interrupt that is pending and routed to it.

    The groups that the guest has enabled, and what it handles, do not matter.
    """
    return irq.target_vcpu is vcpu and not irq.active and irq.priority < vcpu.vgic_cpu.vgic_pmr


def nothing_is_stuck(kvm: Kvm, irqs: Sequence[VgicIrq]) -> None:
    """O4: after the drain nothing is active, pending or listed, but for what no guest lets in.

    Args:
        kvm: the VM.
        irqs: those of its interrupts that are judged.

    Locks: none needed: nobody is running.
    """
    for irq in irqs:
        if irq.on_lr:  # the fields below are stale; a guest that idles has ended what is there
            continue
        if irq.active:
            fail(kvm, "stuck active", f"{irq} is active after the drain and nobody handles it")
        if irq.enabled and irq_is_pending(irq):
            if is_masked(irq):
                continue
            fail(kvm, "stuck pending", f"{irq} is pending after the drain and nobody takes it")
        if irq.vcpu is not None:
            fail(kvm, "stuck on a list", f"{irq} is idle but on a list of {irq.vcpu}")


def nothing_is_lost(kvm: Kvm, unserved: Sequence[VgicIrq]) -> None:
    """I9: whatever was sent, as an edge or by software, is followed by an acknowledge.

    What its guest does not let in is to be pending still.

    Args:
        kvm: the VM.
        unserved: interrupts that were sent after their last acknowledge.

    Locks: none needed: nobody is running.
    """
    for config, kind in ((EDGE, "I9 lost edge"), (LEVEL, "I9 lost pend")):
        lost = [
            irq
            for irq in unserved
            if irq.config is config and not (is_masked(irq) and _is_pending_somewhere(irq))
        ]
        if lost:
            fail(kvm, kind, f"{names(lost)}: sent, and never acknowledged by the guest since")


def _is_pending_somewhere(irq: VgicIrq) -> bool:
    """Tell whether an interrupt is pending in memory, or in a list register that has it."""
    lrs = irq.vcpu.cpuif.lrs if irq.vcpu is not None and irq.on_lr else ()
    return irq_is_pending(irq) or any(lr.pending and lr.intid == irq.intid for lr in lrs)


def arrival_was_announced(kvm: Kvm, vcpu: Vcpu, irq: VgicIrq, *, seen: bool) -> None:
    """I16: everybody idles, and a flush has seen whatever joined a list.

    Whoever puts an interrupt on a list tells its vCPU, wherever it may be routed by then.

    Args:
        kvm: the VM.
        vcpu: a vCPU that idles.
        irq: an interrupt on its list.
        seen: the vCPU's last flush found it there.

    Locks: none needed: nobody is running.
    """
    if not seen:
        fail(
            kvm,
            "I16 arrival unannounced",
            f"{irq} was put on the list of {vcpu} after its last flush, and it idles in its guest "
            "with no request, IPI or maintenance interrupt under way",
        )
