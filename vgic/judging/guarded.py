# SPDX-License-Identifier: GPL-2.0-only
"""What guards what: the fields of the model that threads share, declared once.

For whoever checks for data races, and for who wants a scheduling point at each access that has not
its guard. `irq_lock` guards all of an interrupt; who changes the vCPU it
is queued on holds its list's `ap_list_lock` as well. The shadow registers belong to the thread that
runs the vCPU: they are loaded and read back there, with interrupts off.
"""

from collections.abc import Iterator, Mapping

from harness.detectors.races import DataRaces
from harness.primitives import Guard, UnguardedPoints
from vgic.data import Kvm, VgicIrq

_GUARDED_BY_IRQ_LOCK = (
    "active",
    "active_source",
    "config",
    "enabled",
    "group",
    "line_level",
    "on_lr",
    "pended_since_load",
    "pending_latch",
    "priority",
    "source",
    "target_vcpu",
    "vcpu",
)
_GUARDED_BY_AP_LIST_LOCK = ("sort_keys",)
_OF_THE_VCPUS_THREAD = ("used_lrs", "vgic_hcr", "vgic_lr")

DOCUMENTED = {
    **{
        ("kvm_vgic_vcpu_destroy", family): "nobody runs the vCPU any more, and nobody injects"
        for family in ("ap_list_head", "overflow_ap_list_head")
    },
    ("vgic_its_cmd_handle_clear", "pending_latch"): (
        "whoever sets it at the same time may come before or after"
    ),
    ("vgic_mmio_read_active", "active"): (
        "who writes it has the config_lock, and who folds it is halted"
    ),
}
"""Accesses without the lock, and why they may be: by function and field, or family of lists."""


def check_races(kvm: Kvm, points: UnguardedPoints | None = None) -> DataRaces:
    """Have every access to the shared fields of a VM checked.

    Args:
        kvm: the VM.
        points: has a scheduling point before those without the guard, if there is to be one.
    """
    races = DataRaces(kvm.scheduler, DOCUMENTED, points)
    for thing, guards in _guarded(kvm):
        races.watch(thing, guards)
    kvm.on_join.append(lambda irq: races.watch(irq, _guards_of(irq)))
    return races


def stop_at_unguarded(kvm: Kvm, *, check: bool) -> None:
    """Have a scheduling point before every access to the shared fields of a VM without the guard.

    Documented accesses have one, too: what they read may be out of date by the time it is used, and
    whoever relies on that is to be found.

    Args:
        kvm: the VM.
        check: check every access for data races as well.
    """
    points = UnguardedPoints(kvm.scheduler)
    if check:
        check_races(kvm, points)
    else:
        for thing, guards in _guarded(kvm):
            points.watch(thing, guards)
        kvm.on_join.append(lambda irq: points.watch(irq, _guards_of(irq)))
    for vcpu in kvm.vcpus:
        points.watch_list(vcpu.vgic_cpu.ap_list_head)
        points.watch_list(vcpu.vgic_cpu.overflow_ap_list_head)


def _guards_of(irq: VgicIrq) -> Mapping[str, Guard]:
    """Return what guards the fields of an interrupt."""
    return dict.fromkeys(_GUARDED_BY_IRQ_LOCK, irq.irq_lock)


def _guarded(kvm: Kvm) -> Iterator[tuple[object, Mapping[str, Guard]]]:
    """Yield the objects whose fields threads share, with what guards each field."""
    for irq in kvm.irqs:
        yield irq, _guards_of(irq)
    for vcpu in kvm.vcpus:
        by_lock = dict.fromkeys(_GUARDED_BY_AP_LIST_LOCK, vcpu.vgic_cpu.ap_list_lock)
        yield vcpu.vgic_cpu, {**dict.fromkeys(_OF_THE_VCPUS_THREAD, vcpu.role), **by_lock}
