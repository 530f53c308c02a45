# SPDX-License-Identifier: GPL-2.0-only
"""On how many lists a vCPU's interrupts are, and where EOIcount's victims are looked for."""

from collections.abc import Iterator

from harness import ListHead, Node
from vgic.data import Vcpu, VgicIrq
from vgic.kernel import Mechanism


class SplitByValue(Mechanism):
    """The list is split by a copy of its head, whose ring nobody closes.

    The tail of the overflow goes on pointing at the AP-list's head. A walk that does not stop
    before its end takes that for an interrupt.
    """

    breaks_rings = True

    def split_ap_list(self, vcpu: Vcpu, last: VgicIrq) -> None:
        """Copy the head and cut it in two."""
        overflow = vcpu.vgic_cpu.overflow_ap_list_head
        overflow.copy_from(vcpu.vgic_cpu.ap_list_head)
        vcpu.vgic_cpu.ap_list_head.cut_position(overflow, last.ap_list)


class OneList(Mechanism):
    """What finds no list register stays on the one list, where it was."""

    def split_ap_list(self, vcpu: Vcpu, last: VgicIrq) -> None:
        """Leave the list in one piece."""

    def eoicount_candidates(self, vcpu: Vcpu) -> ListHead[VgicIrq]:
        """Look on the one list."""
        return vcpu.vgic_cpu.ap_list_head


class WalkFromHead(OneList):
    """EOIcount's victims are looked for from the head of the one list.

    There stands what had a list register and was acknowledged after the counted one was ended.
    """


class CursorAtEach(OneList):
    """They are looked for behind the last interrupt that got a list register."""

    def remember_last_lr(self, vcpu: Vcpu, irq: VgicIrq, count: int) -> None:
        """Remember whoever got one."""
        vcpu.cpu.last_lr_irq = irq

    def vgic_flush_lr_state(self, vcpu: Vcpu) -> None:
        """Begin with nobody remembered."""
        vcpu.cpu.last_lr_irq = None
        super().vgic_flush_lr_state(vcpu)

    def eoicount_walk(self, vcpu: Vcpu, candidates: ListHead[VgicIrq]) -> Iterator[Node[VgicIrq]]:
        """Go on behind the one that is remembered; walk nowhere if none is."""
        last = vcpu.cpu.last_lr_irq
        return iter(()) if last is None else candidates.nodes(after=last.ap_list)


class CursorWhenFull(CursorAtEach):
    """It is remembered only if it got the last list register of all.

    It is forgotten, and a reference to it dropped, at the end of the prune.
    """

    def remember_last_lr(self, vcpu: Vcpu, irq: VgicIrq, count: int) -> None:
        """Remember it if all list registers are filled, with a reference."""
        if count == self.kvm.nr_lr:
            if irq.refcount is not None:
                self.vgic_get_irq_ref(irq)
            super().remember_last_lr(vcpu, irq, count)

    def vgic_prune_ap_list(self, vcpu: Vcpu) -> None:
        """Forget it when the list has been pruned."""
        super().vgic_prune_ap_list(vcpu)
        last, vcpu.cpu.last_lr_irq = vcpu.cpu.last_lr_irq, None
        if last is not None and last.refcount is not None and self.vgic_put_irq_norelease(last):
            self.vgic_release_deleted_lpis()
