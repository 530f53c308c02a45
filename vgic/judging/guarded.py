# SPDX-License-Identifier: GPL-2.0-only
"""What guards what: the fields of the model that threads share, declared once.

For whoever checks for data races. `irq_lock` guards all of an interrupt; who changes the vCPU it
is queued on holds its list's `ap_list_lock` as well. The shadow registers belong to the thread that
runs the vCPU: they are loaded and read back there, with interrupts off.
"""

from harness.detectors.races import DataRaces, Guard
from vgic.data import Kvm

_GUARDED_BY_IRQ_LOCK = (
    "active",
    "enabled",
    "group",
    "line_level",
    "on_lr",
    "pended_since_load",
    "pending_latch",
    "priority",
    "target_vcpu",
    "vcpu",
)
_OF_THE_VCPUS_THREAD = ("used_lrs", "vgic_hcr", "vgic_lr")

DOCUMENTED = {
    **{
        ("kvm_vgic_vcpu_destroy", family): "nobody runs the vCPU any more, and nobody injects"
        for family in ("ap_list_head", "overflow_ap_list_head")
    },
    ("vgic_mmio_read_active", "active"): "a guest that reads it while it changes is told either",
}
"""Accesses without the lock, and why they may be: by function and field, or family of lists."""


def check_races(kvm: Kvm) -> DataRaces:
    """Have every access to the shared fields of a VM checked."""
    races = DataRaces(kvm.scheduler, DOCUMENTED)
    for irq in kvm.irqs:
        races.watch(irq, dict.fromkeys(_GUARDED_BY_IRQ_LOCK, irq.irq_lock))
    for vcpu in kvm.vcpus:
        own: dict[str, Guard] = dict.fromkeys(_OF_THE_VCPUS_THREAD, vcpu.role)
        races.watch(vcpu.vgic_cpu, own)
    return races
