# SPDX-License-Identifier: GPL-2.0-only
"""What is put on a list belongs there, and nobody enters a VM that is halted: I7, I17, I23.

Lists look at these at each addition, and at each flush.
"""

from harness.engine import model_function
from vgic.data import Kvm, Vcpu, VgicIrq
from vgic.judging.judge import FLUSH, belongs_on, fail


def added_where_it_belongs(kvm: Kvm, vcpu: Vcpu, irq: VgicIrq, *, activated: bool = False) -> None:
    """I7 and I23: whatever is appended to a vCPU's list belongs there and is not active.

    Args:
        kvm: the VM.
        vcpu: the vCPU.
        irq: the interrupt.
        activated: it comes from no list, and software has made it active.

    Locks: the vCPU's ap_list_lock and irq_lock.
    """
    if irq.active and not activated:
        fail(
            kvm,
            "I7 active interrupt moved",
            f"{irq} is active and was put on the list of {vcpu}",
            model_function(),
        )
    where = belongs_on(kvm, irq)
    if where is not vcpu:
        fail(
            kvm,
            "I23 put on the wrong list",
            f"{irq} was put on the list of {vcpu}, but belongs on "
            f"{f'that of {where}' if where else 'none'}",
            model_function(),
        )


def nobody_enters(kvm: Kvm, vcpu: Vcpu) -> None:
    """I17: fail since a vCPU fills its list registers while somebody has the VM halted.

    Locks: none needed: in the vCPU's own thread.
    """
    fail(
        kvm,
        "I17 entry while halted",
        f"{vcpu} begins to fill its list registers, and somebody has the VM halted to change what "
        "they are to hold",
        FLUSH,
    )
