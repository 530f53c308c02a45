# SPDX-License-Identifier: GPL-2.0-only
"""The books are kept: every send, write and acknowledge goes into the ledger as it happens.

It comes first among the listeners, so that the others read of an event what it has changed.
"""

from collections.abc import Sequence

from vgic.data import EDGE, Exit, Kvm, Vcpu, VgicIrq
from vgic.judging.judge import listed
from vgic.judging.lines import Lines
from vgic.judging.open_ones import OpenOnes
from vgic.judging.rearranging import Rearranging
from vgic.judging.rewritten_keys import SORTED_BY, RewrittenKeys
from vgic.judging.sourced_edges import is_ignored
from vgic.judging.triggers import Triggers


class Bookkeeping(Lines):
    """Keeps the ledger of one VM.

    Attributes:
        explained: an edge explains the acknowledge that is being announced.
        sent: what was sent to several vCPUs at once, while that is announced.
        alone: for each vCPU, whether nobody else touched that interrupt while the access lasted.
        forfeited: for each vCPU, whether its guest has ended an interrupt twice (quirk Q6), one
            that was given another priority in its handler (Q7), or whose active state was written
            (Q10): what it and its host lose from then on they lose by right.
        open: what guests have acknowledged, and not deactivated.
        owner: which vCPU has acknowledged what is being deactivated, while that is announced.
        halts: how many have the VM halted.
        disabling: for each vCPU, how many are disabling its LPIs.
    """

    def __init__(self, kvm: Kvm) -> None:
        super().__init__(kvm)
        count = len(kvm.vcpus)
        self.explained = False
        self.halts = 0
        self.disabling = [0] * count
        self.sent: list[VgicIrq] = []
        self._sending: list[list[VgicIrq]] = [[] for _ in kvm.vcpus]
        self.alone = [False] * count
        self.forfeited = [False] * count
        self._was_away = [False] * count
        self._old_targets: list[Vcpu | None] = [None] * count
        self._began_at = [-1] * count
        self._old_values = [0] * count
        self.open = OpenOnes(count)
        self.owner: int | None = None
        self._keys = RewrittenKeys(kvm, self.ledger, self.open, self.flushed_at)
        self._triggers = Triggers(self.ledger, self._edges)
        self._rearranging = Rearranging(kvm, self.ledger)

    def aborted(self, vcpu: int) -> None:
        """Enter when the vCPU turned back: what changes later may come too late for its sync."""
        self.left_at[vcpu] = self._kvm.scheduler.steps

    def exited(self, vcpu: int) -> None:
        """Enter when the guest was left: what changes later may come too late for the sync."""
        self.left_at[vcpu] = self._kvm.scheduler.steps

    def halted(self) -> None:
        """Enter that somebody has halted the VM."""
        self.halts += 1

    def resuming(self) -> None:
        """Enter that he resumes it."""
        self.halts -= 1

    def accessing(self, vcpu: int, access: Exit) -> None:
        """Enter an access before it begins."""
        kvm, ledger, asks = self._kvm, self.ledger, access.asks
        if asks.of_all:
            ledger.turn(kvm.irqs, off=asks.of_all == "off")
        elif asks.rearranges:
            self._rearranging.begin(vcpu)
        subjects = access.subjects(vcpu, len(kvm.vcpus))
        if len(subjects) != 1:
            self._send_to_several(vcpu, access.intid, subjects)
            return
        irq = kvm.subject(subjects[0], access.intid)
        if not asks.writes or (kvm.is_v2 and is_ignored(irq, asks)):
            irq = None
        self.irq = self._subjects.accessed[vcpu] = irq
        if irq is None:
            return
        if asks.forgives or asks.unmaps:
            ledger.forgive(irq)
        pends = asks.pends
        clears = asks.forgives or asks.lowers
        announces = pends or asks.announces
        ledger.begin(irq, sends=pends, announces=announces, pends=pends, clears=clears)
        if pends:
            self._edges.begin(irq)
        if asks.lowers:
            ledger.drive(irq)
        self._old_targets[vcpu], self._began_at[vcpu] = irq.target_vcpu, kvm.scheduler.steps
        account = ledger[irq]
        self.alone[vcpu] = account.busy == 1
        self._was_away[vcpu] = account.late or irq.vcpu not in (None, kvm.vcpus[vcpu])
        if asks.field in SORTED_BY:
            self._keys.written()
            self._old_values[vcpu] = getattr(irq, asks.field)
            ledger.prioritize(irq)
        elif asks.field == "config":
            self._triggers.begin(vcpu, irq, asks.value, kvm.scheduler.steps)

    def accessed(self, vcpu: int, access: Exit) -> None:
        """Close it when it has been emulated."""
        self.irq = irq = self._subjects.accessed[vcpu]
        ledger, asks = self.ledger, access.asks
        if asks.of_all:
            ledger.turned(self._kvm.irqs, self._kvm.scheduler.steps, off=asks.of_all == "off")
        elif asks.rearranges:
            self._rearranging.end(vcpu)
        self.sent, self._sending[vcpu] = self._sending[vcpu], []
        for each in self.sent:
            self._edges.end(each)
            ledger.end(each, self._kvm.scheduler.steps, sends=True)
        if irq is None:
            return
        step, began = self._kvm.scheduler.steps, self._began_at[vcpu]
        self.alone[vcpu] = alone = self.alone[vcpu] and ledger.is_alone_since(irq, began)
        if asks.pends:
            self._edges.end(irq)
        if asks.forgives or asks.unmaps:
            ledger.forgive(irq)
        if asks.forgives and alone:
            ledger.unpended(irq)
            # A copy in another vCPU's list register stays (quirk Q2).
            here = self._kvm.vcpus[vcpu]
            self._edges.clear(irq, loaded=irq.vcpu not in (None, here) or self._was_away[vcpu])
        elif asks.field == "target_vcpu":
            ledger.routed(irq, self._old_targets[vcpu], began, step)
        elif asks.pends_throughout:
            ledger.pended(irq)
        elif asks.lowers:
            ledger.driven(irq, False)
        elif asks.field in SORTED_BY:
            changed = not alone or self._old_values[vcpu] != asks.value
            kicks_nobody = asks.field == "priority"
            ledger.prioritized(irq, step, changed=changed, reorders=kicks_nobody)
        elif asks.field == "config":
            self._triggers.end(vcpu, irq, step)
        ledger.end(irq, step, sends=asks.pends, clears=asks.forgives or asks.lowers)

    def released(self, intid: int) -> None:
        """Forget an LPI that nobody has a pointer to any more; one of its INTID is another."""
        if (gone := self._kvm.get_vcpu_irq(None, intid)) is not None:
            self.ledger.pop(gone, None)
            self._edges.forget(gone)
            self.open.forget(gone)
            self._subjects.forget(gone)
            self._rearranging.forget(gone)

    def _send_to_several(self, vcpu: int, intid: int, targets: Sequence[int]) -> None:
        """Enter SGIs before they begin to be sent, one after the other."""
        found = [self._kvm.subject(target, intid) for target in targets]
        self.irq = self._subjects.accessed[vcpu] = None
        self._sending[vcpu] = [irq for irq in found if irq is not None]
        for irq in self._sending[vcpu]:
            self.ledger.begin(irq, sends=True, announces=True, pends=True)
            self._edges.begin(irq)

    def acknowledged(self, vcpu: int, intid: int) -> None:
        """Enter an acknowledge, and with it every edge sent before."""
        kvm = self._kvm
        self.irq = irq = kvm.get_vcpu_irq(kvm.vcpus[vcpu], intid)
        if irq is not None:
            self.ledger.acknowledge(irq)
            self.explained = irq.config is not EDGE or self._edges.acknowledge(irq)
            self.open.acknowledge(vcpu, irq)
            self._keys.acknowledge(vcpu, irq)

    def ended(self, vcpu: int, intid: int) -> None:
        """Enter a deactivation."""
        kvm = self._kvm
        self.irq = irq = kvm.get_vcpu_irq(kvm.vcpus[vcpu], intid)
        if irq is not None:
            self.ledger.deactivate(irq)
            if irq.on_lr and irq.vcpu is not kvm.vcpus[vcpu]:
                # Its active state was taken away meanwhile, and what another has loaded was up.
                self.ledger[irq].raised = True
            ended = self.open.end(vcpu, irq)
            # The count takes what was sorted first, as if all were ended in that order (Q11).
            of_dropped = (
                (self.open.dropped[vcpu] or self.open.going)
                and not irq.on_lr
                and self.open.has_dropped_before(kvm.vcpus[vcpu], irq)
            )
            if of_dropped or (ended is not None and self._keys.mean_another(vcpu, ended)):
                self.forfeit(vcpu)

    def dropped(self, vcpu: int, intid: int) -> None:
        """Enter that a handler has ended, and its interrupt is to be deactivated."""
        self.irq = irq = self._kvm.get_vcpu_irq(self._kvm.vcpus[vcpu], intid)
        if irq is not None:
            self.open.drop(vcpu, irq)

    def deactivating(self, vcpu: int, intid: int) -> None:
        """Enter that from now on it need not be active any more, whoever has acknowledged it."""
        self.irq = irq = self._kvm.get_vcpu_irq(self._kvm.vcpus[vcpu], intid)
        self.owner = None
        if irq is not None:
            self.ledger.begin(irq, sends=False)
            self.owner = self.open.deactivate(vcpu, irq, self._kvm.scheduler.steps)

    def deactivated(self, vcpu: int, intid: int) -> None:
        """Enter that it is not, unless somebody has acknowledged it since."""
        self.irq = irq = self._kvm.get_vcpu_irq(self._kvm.vcpus[vcpu], intid)
        if irq is None:
            return
        step = self._kvm.scheduler.steps
        self.ledger.end(irq, step)
        if (began := self.open.deactivated(vcpu, irq)) is not None:
            self.ledger.deactivate(irq)
            # What is in a list register some steps later has been loaded since: it was up then.
            if irq.on_lr and step > began:
                self.ledger[irq].raised = True

    def ending_again(self, vcpu: int, intid: int) -> None:
        """Enter a second end; one that finds no active priority changes nothing."""
        if self._kvm.vcpus[vcpu].cpuif.apr:
            self.forfeit(vcpu)

    def forfeit(self, vcpu: int) -> None:
        """Give up whatever is on a vCPU's lists, and will be."""
        self.forfeited[vcpu] = True
        for irq in listed(self._kvm, self._kvm.vcpus[vcpu]):
            self.ledger[irq].forfeited = True

    def added(self, vcpu: Vcpu, irq: VgicIrq) -> None:
        """Enter that an interrupt was put on a list."""
        self.ledger.listed(irq, self._kvm.scheduler.steps)
        if self.forfeited[vcpu.vcpu_id]:
            self.ledger[irq].forfeited = True
