# SPDX-License-Identifier: GPL-2.0-only
"""What guests have open, as they themselves see it: acknowledged, dropped, being deactivated.

With EOImode 0 the end of a handler deactivates its interrupt. With EOImode 1 it drops the priority,
and a write of DIR deactivates, on that vCPU or on another; while that is under way the interrupt
may be active or not, until it is done or a guest acknowledges it again.
"""

from vgic.data import Vcpu, VgicIrq, is_lpi
from vgic.judging.judge import may_be_counted_first


class OpenOnes:
    """What the guests of one VM have open.

    Attributes:
        handlers: for each vCPU, what its guest has acknowledged and nobody has begun to deactivate,
            outermost first.
        dropped: for each vCPU, those of them whose priority it has dropped.
        going: what a guest is deactivating by DIR, with the vCPU it is on and the step at which it
            began to.
    """

    def __init__(self, nr_vcpus: int) -> None:
        self.handlers: list[list[VgicIrq]] = [[] for _ in range(nr_vcpus)]
        self.dropped: list[list[VgicIrq]] = [[] for _ in range(nr_vcpus)]
        self.going: dict[VgicIrq, tuple[int, int]] = {}

    def acknowledge(self, vcpu: int, irq: VgicIrq) -> None:
        """A handler is opened; what was being deactivated has been."""
        self.handlers[vcpu].append(irq)
        if self.going:
            self.going.pop(irq, None)

    def end(self, vcpu: int, irq: VgicIrq) -> VgicIrq | None:
        """The innermost handler ends and deactivates; return whose it is, None if none is open."""
        handlers = self.handlers[vcpu]
        if is_lpi(irq.intid) and irq not in handlers:
            return None  # the guest has acknowledged one before it, which is no more
        if not self.dropped[vcpu]:
            return handlers.pop() if handlers else None
        handlers.remove(irq)
        return irq

    def forget(self, irq: VgicIrq) -> None:
        """An LPI is no more, whoever handles it."""
        for handlers in self.handlers:
            handlers[:] = [each for each in handlers if each is not irq]

    def drop(self, vcpu: int, irq: VgicIrq) -> None:
        """The innermost handler ends, and its interrupt stays active."""
        self.dropped[vcpu].append(irq)

    def deactivate(self, vcpu: int, irq: VgicIrq, step: int) -> int | None:
        """A guest begins to deactivate; return which vCPU has acknowledged it, if any has."""
        for owner, dropped in enumerate(self.dropped):
            if irq in dropped:
                dropped.remove(irq)
                self.handlers[owner].remove(irq)
                self.going[irq] = (vcpu, step)
                return owner
        return None

    def deactivated(self, vcpu: int, irq: VgicIrq) -> int | None:
        """It is done; return when it began, None if the interrupt was acknowledged since."""
        writer, began = self.going.get(irq, (None, None))
        if writer != vcpu:
            return None
        del self.going[irq]
        return began

    def has_dropped_before(self, vcpu: Vcpu, ended: VgicIrq) -> bool:
        """Tell whether an end outside the list registers may be taken off what was only dropped."""
        if is_lpi(ended.intid):
            return False  # no end of one is counted
        on_its_list = [irq for irq in self.going if irq.vcpu is vcpu]
        return any(
            not irq.on_lr and may_be_counted_first(vcpu, irq, ended)
            for irq in (*self.dropped[vcpu.vcpu_id], *on_its_list)
        )
