# SPDX-License-Identifier: GPL-2.0-only
"""What generations do otherwise on a VM with a GICv2."""

from dataclasses import dataclass

from vgic.data import Vcpu, VgicIrq, lr_count
from vgic.kernel import ApListSummary, Mechanism

_NOBODY = 0x100
"""Less urgent than any priority."""


class TurnsUnlocked(Mechanism):
    """Who turns the distributor of a GICv2 on or off takes no lock for it.

    One may find it on, and turn it on, while another turns it off in between: then it is on, and
    nobody is told of what was passed over meanwhile: docs/findings.md, F13.
    """

    def turns_one_by_one(self) -> bool:
        """Wait for nobody."""
        return False


@dataclass(slots=True)
class _Depth(ApListSummary):
    """A summary that counts each source of an SGI.

    Attributes:
        several: some SGI was sent by more than one vCPU, or is active and sent again.
    """

    several: bool = False


class SgisFirst(Mechanism):
    """An SGI of GICv2 that has more sources keeps out whatever is less urgent.

    So all of them are seen before that: the list is sorted, and list registers are filled no
    further. What is active is kept out like anything else; its end is nobody's then:
    docs/findings.md, F14.
    """

    def summarize_ap_list(self, vcpu: Vcpu) -> ApListSummary:
        """Look out for such an SGI as well."""
        vgic_cpu = vcpu.vgic_cpu
        vgic_cpu.ap_list_lock.assert_held()
        summary = _Depth(0, 0, self.kvm.nr_lr)
        for irq in vgic_cpu.ap_list_head.entries():
            self.summarize_irq(vcpu, irq, summary)
        return summary

    def summarize_irq(self, vcpu: Vcpu, irq: VgicIrq, summary: ApListSummary) -> None:
        """Count each source, wherever it belongs (compute_ap_list_depth)."""
        irq.irq_lock.lock()
        count = lr_count(irq)
        summary.nr_pend += count
        if count > 1 and isinstance(summary, _Depth):
            summary.several = True
        irq.irq_lock.unlock()

    def needs_sort(self, vcpu: Vcpu, summary: ApListSummary) -> bool:
        """Sort as well if there is such an SGI, which keeps out others from now on."""
        several = isinstance(summary, _Depth) and summary.several
        vcpu.cpu.keeps_out = _NOBODY if several else None
        return several or super().needs_sort(vcpu, summary)

    def takes_lr(self, vcpu: Vcpu, irq: VgicIrq) -> bool:
        """Stop at the first that is less urgent than one that is loaded."""
        cpu = vcpu.cpu
        if cpu.keeps_out is not None and irq.priority > cpu.keeps_out:
            cpu.keeps_out = -1
            return False
        return super().takes_lr(vcpu, irq)

    def vgic_v2_populate_lr(self, vcpu: Vcpu, irq: VgicIrq, lr: int) -> None:
        """Remember how urgent an SGI is whose sources are not all loaded."""
        super().vgic_v2_populate_lr(vcpu, irq, lr)
        if irq.source and vcpu.cpu.keeps_out is not None:
            vcpu.cpu.keeps_out = irq.priority
