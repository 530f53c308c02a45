# SPDX-License-Identifier: GPL-2.0-only
"""EOIcount stands for what was active outside the list registers, and nothing else: I14, I15."""

from collections.abc import Container, Sequence

from vgic.data import Kvm, Vcpu, VgicIrq
from vgic.judging.judge import SYNC, fail


def eoicount_is_plausible(kvm: Kvm, vcpu: Vcpu) -> None:
    """I14: EOIcount counts no more than the active interrupts outside the list registers.

    Locks: none needed: in the vCPU's own thread nobody else changes active states.
    """
    eoicount = vcpu.cpuif.hcr.eoicount
    outside = sum(irq.vcpu is vcpu and irq.active and not irq.on_lr for irq in kvm.irqs)
    if eoicount > outside:
        fail(
            kvm,
            "I14 EOIcount too high",
            f"{vcpu} leaves its guest with EOIcount {eoicount}, but {outside} interrupts were "
            "active outside its list registers",
        )


def arrivals_keep_active_state(
    kvm: Kvm, active_before: Sequence[VgicIrq], arrivals: Container[VgicIrq]
) -> None:
    """I15: EOIcount deactivates nothing that was queued while the vCPU ran.

    Args:
        kvm: the VM.
        active_before: what was active outside the list registers when the guest was left.
        arrivals: what was queued since the flush.

    Locks: none needed: in the vCPU's own thread nobody else changes active states.
    """
    for irq in active_before:
        if irq in arrivals and not irq.active:
            fail(
                kvm,
                "I15 arrival deactivated",
                f"{irq} was queued while its vCPU ran, and EOIcount was accounted to it",
                SYNC,
            )
