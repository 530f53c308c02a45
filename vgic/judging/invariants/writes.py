# SPDX-License-Identifier: GPL-2.0-only
"""What must hold of what guests write and devices drive: I11, I26. It arrives.

All other invariants take the kernel's own fields for what guests and devices have asked for. A
write that is lost, or a line that the kernel forgets, is none to them.
"""

from vgic.data import DISABLE, ENABLE, ROUTE, UNPEND, Access, Kvm, VgicIrq
from vgic.judging.invariants.judge import fail


def line_is_as_driven(kvm: Kvm, irq: VgicIrq, level: bool) -> None:
    """I11: the kernel has a level-triggered interrupt's line where devices have driven it.

    Args:
        kvm: the VM.
        irq: the interrupt.
        level: where its line is.

    Locks: none needed: nobody else drives the line.
    """
    if irq.line_level is not level:
        fail(
            kvm,
            "I11 line lost",
            f"{irq}: its line is {'up' if level else 'down'}, and the kernel has it the other way",
        )


def write_took_effect(kvm: Kvm, irq: VgicIrq, access: Access) -> None:
    """I26: a register write is in the interrupt's state when it has returned.

    Args:
        kvm: the VM.
        irq: the interrupt.
        access: the write.

    Locks: none needed: nobody else has touched the interrupt since the write began.
    """
    kind = access.kind
    lost = (
        (kind == ROUTE and irq.target_vcpu is not kvm.vcpus[access.value])
        or (kind == ENABLE and not irq.enabled)
        or (kind == DISABLE and irq.enabled)
        or (kind == UNPEND and irq.pending_latch)
    )
    if lost:
        target = f" to {kvm.vcpus[access.value]}" if kind == ROUTE else ""
        fail(kvm, "I26 write lost", f"{irq}: the write ({kind}{target}) has changed nothing")
