# SPDX-License-Identifier: GPL-2.0-only
"""The state of a machine in words, object by object, for whoever explains an execution.

Under the kernel's names, and with those that operations and reports print, so that a reader who
follows one object through a diagram meets it under one name. A list is shown as its head leads
through it, also where it leads astray.

It is looked at before every step, and a step changes little: so values are compared first, and put
into words only where they are not what they were.
"""

from collections.abc import Iterable
from operator import attrgetter

from harness import ListHead
from harness.engine import observes
from vgic.data import LEVEL, Vcpu, VgicIrq
from vgic.guest import Guest
from vgic.hardware import ListRegister
from vgic.machine import Machine

observes(__name__)

State = dict[str, dict[str, str]]

# Past what watches the fields for data races, which takes longer than the look itself.
_OF_AN_IRQ = tuple(
    vars(VgicIrq)[field].__get__
    for field in (
        "pending_latch",
        "line_level",
        "active",
        "enabled",
        "on_lr",
        "vcpu",
        "target_vcpu",
        "priority",
        "config",
    )
)
_OF_A_LOCK = attrgetter("irq_lock.owner")
_OF_A_REGISTER = attrgetter("intid", "pending", "active")
_OF_A_VCPU = attrgetter(
    "mode.value",
    "requests.bits",
    "ipi.pending",
    "vgic_cpu.ap_list_lock.owner",
    "vgic_cpu.used_lrs",
    "vgic_cpu.vgic_hcr.eoicount",
    "cpuif.hcr.eoicount",
)


class Look:
    """Looks at a machine again and again.

    Calling it returns the objects that are not as they were the last time, at first all of them:
    for each its fields, all as text.
    """

    def __init__(self, machine: Machine) -> None:
        self._vcpus = list(zip(machine.kvm.vcpus, machine.guests, strict=True))
        self._irqs = list(machine.kvm.irqs)
        self._vcpu_values: list[object] = [None] * len(self._vcpus)
        self._irq_values: list[list[object]] = [[] for _ in (*_OF_AN_IRQ, _OF_A_LOCK)]
        self._told: State = {}

    def __call__(self) -> State:
        """Return what has changed."""
        changed: State = {}
        for number, (vcpu, guest) in enumerate(self._vcpus):
            values = _vcpu_values(vcpu, guest)
            if values != self._vcpu_values[number]:
                self._vcpu_values[number] = values
                self._tell(_vcpu(vcpu, guest), changed)
        for number in sorted(self._touched()):
            irq = self._irqs[number]
            self._tell({irq.name: _irq(irq), irq.irq_lock.name: _lock(irq.irq_lock.owner)}, changed)
        return changed

    def _touched(self) -> set[int]:
        """Return the numbers of the interrupts of which some value is not what it was."""
        touched: set[int] = set()
        for column, value_of in enumerate((*_OF_AN_IRQ, _OF_A_LOCK)):
            values, before = list(map(value_of, self._irqs)), self._irq_values[column]
            if values != before:
                self._irq_values[column] = values
                touched.update(
                    number
                    for number, value in enumerate(values)
                    if not before or value != before[number]
                )
        return touched

    def _tell(self, things: State, changed: State) -> None:
        for name, fields in things.items():
            if self._told.get(name) != fields:
                self._told[name] = changed[name] = fields


def _vcpu_values(vcpu: Vcpu, guest: Guest) -> object:
    vgic_cpu = vcpu.vgic_cpu
    return (
        _OF_A_VCPU(vcpu),
        _walked(vgic_cpu.ap_list_head),
        _walked(vgic_cpu.overflow_ap_list_head),
        list(map(_OF_A_REGISTER, vgic_cpu.vgic_lr)),
        list(map(_OF_A_REGISTER, vcpu.cpuif.lrs)),
        list(guest.stack),
    )


def _vcpu(vcpu: Vcpu, guest: Guest) -> State:
    vgic_cpu, cpuif = vcpu.vgic_cpu, vcpu.cpuif
    return {
        vcpu.mode.name: {"": vcpu.mode.value.name},
        vcpu.requests.name: {"": "IRQ_PENDING" if vcpu.requests.bits else "none"},
        vcpu.ipi.name: {"": "pending" if vcpu.ipi.pending else "none"},
        vgic_cpu.ap_list_lock.name: _lock(vgic_cpu.ap_list_lock.owner),
        vgic_cpu.ap_list_head.name: _list(vgic_cpu.ap_list_head),
        vgic_cpu.overflow_ap_list_head.name: _list(vgic_cpu.overflow_ap_list_head),
        f"vgic_lr[{vcpu.name}]": {"": _registers(vgic_cpu.vgic_lr[: vgic_cpu.used_lrs])},
        f"vgic_hcr[{vcpu.name}]": {"EOIcount": str(vgic_cpu.vgic_hcr.eoicount)},
        f"ICH_LR[{vcpu.name}]": {"": _registers(cpuif.lrs)},
        f"ICH_HCR[{vcpu.name}]": {"EOIcount": str(cpuif.hcr.eoicount)},
        f"guest[{vcpu.name}]": {"handles": " ".join(map(str, guest.stack)) or "nothing"},
    }


def _lock(owner: object) -> dict[str, str]:
    return {"": f"held by {owner}" if owner is not None else "free"}


def _registers(registers: Iterable[ListRegister]) -> str:
    return " ".join(str(lr) for lr in registers if lr.pending or lr.active) or "empty"


def _list(head: ListHead[VgicIrq]) -> dict[str, str]:
    return {"": " ".join(map(str, _walked(head))) or "empty"}


def _walked(head: ListHead[VgicIrq]) -> list[int | str]:
    """Walk a list as far as it leads; a ring that is not one ends in words that say so."""
    walked: list[int | str] = []
    node = head.next
    while node is not head:
        if node.entry is None:
            return [*walked, f"then {node.name}!"]
        if len(walked) == head.population:
            return [*walked, "without end!"]
        walked.append(node.entry.intid)
        node = node.next
    return walked


def _irq(irq: VgicIrq) -> dict[str, str]:
    pending = {"pending_latch": _bit(irq.pending_latch)}
    if irq.config is LEVEL:
        pending["line_level"] = _bit(irq.line_level)
    return {
        **pending,
        "active": _bit(irq.active),
        "enabled": _bit(irq.enabled),
        "on_lr": _bit(irq.on_lr),
        "vcpu": str(irq.vcpu or "none"),
        "target_vcpu": str(irq.target_vcpu or "none"),
        "priority": f"{irq.priority:#04x}",
    }


def _bit(value: bool) -> str:
    return "1" if value else "0"
