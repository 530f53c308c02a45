# SPDX-License-Identifier: GPL-2.0-only
"""What guards what: the fields of the model that threads share, declared once.

For whoever checks for data races, and for who wants a scheduling point at each access that has not
its guard. `irq_lock` guards all of an interrupt; who changes the vCPU it
is queued on holds its list's `ap_list_lock` as well. The shadow registers belong to the thread that
runs the vCPU: they are loaded and read back there, with interrupts off.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

from harness.detectors.races import DataRaces, Excuse
from harness.engine import Thread
from harness.primitives import Guard, UnguardedPoints, is_held
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


class Tolerated(NamedTuple):
    """An access without the lock that is right.

    Attributes:
        reason: why.
        lock: what stands in for the lock.
        holds: whether that is so, by the VM, who accesses it, and the name of what.
    """

    reason: str
    lock: str
    holds: Callable[[Kvm, Thread, str], bool]


def _has_config_lock(kvm: Kvm, me: Thread, thing: str) -> bool:
    return is_held(kvm.config_lock, me)


def _has_its_lock(kvm: Kvm, me: Thread, thing: str) -> bool:
    return kvm.dist.lpis is not None and is_held(kvm.dist.lpis.its_lock, me)


def _has_all_vcpus(kvm: Kvm, me: Thread, thing: str) -> bool:
    return kvm.ioctls is not None and all(is_held(mutex, me) for mutex in kvm.ioctls.mutexes)


def _is_alone(kvm: Kvm, me: Thread, thing: str) -> bool:
    """Tell whether it is the vCPU's own thread, at its end, or the last who has the VM open."""
    if kvm.lifetime is not None:
        return kvm.lifetime.users.value == 0
    return any(me.role == vcpu.role and f"[{vcpu}]" in thing for vcpu in kvm.vcpus)


DOCUMENTED = {
    **{
        ("kvm_vgic_vcpu_destroy", family): Tolerated(
            "nobody runs the vCPU any more, and nobody injects", "none is left", _is_alone
        )
        for family in ("ap_list_head", "overflow_ap_list_head")
    },
    ("vgic_its_cmd_handle_clear", "pending_latch"): Tolerated(
        "whoever sets it at the same time may come before or after", "its_lock", _has_its_lock
    ),
    ("vgic_its_cmd_handle_movall", "target_vcpu"): Tolerated(
        "who routes an LPI has it, too", "its_lock", _has_its_lock
    ),
    ("vgic_mmio_read_active", "active"): Tolerated(
        "who writes it has the config_lock, too, and who folds it is halted",
        "config_lock",
        _has_config_lock,
    ),
    ("vgic_uaccess_read_active", "active"): Tolerated(
        "who changes it is in KVM_RUN", "vcpu->mutex", _has_all_vcpus
    ),
}
"""Accesses without the lock, and why they may be: by function and field, or family of lists."""


def check_races(kvm: Kvm, points: UnguardedPoints | None = None) -> DataRaces:
    """Have every access to the shared fields of a VM checked.

    Args:
        kvm: the VM.
        points: has a scheduling point before those without the guard, if there is to be one.
    """
    excuses = {
        access: Excuse(each.reason, partial(each.holds, kvm)) for access, each in DOCUMENTED.items()
    }
    races = DataRaces(kvm.scheduler, excuses, points)
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
