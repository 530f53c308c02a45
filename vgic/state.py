# SPDX-License-Identifier: GPL-2.0-only
"""The state of a machine in words, object by object, for whoever explains an execution.

Under the kernel's names, and with those that operations and reports print, so that a reader who
follows one object through a diagram meets it under one name. A list is shown as its head leads
through it, also where it leads astray.
"""

from vgic.guest import Guest
from vgic.irq import LEVEL, VgicIrq
from vgic.lr import ListRegister
from vgic.machine import Machine
from vgic.vm import Vcpu

LOOKS_ON = True

State = dict[str, dict[str, str]]


def state(machine: Machine) -> State:
    """Return the state of a machine: for each object its fields, all as text."""
    things: State = {}
    for vcpu, guest in zip(machine.kvm.vcpus, machine.guests, strict=True):
        things.update(_vcpu(vcpu, guest))
    for irq in machine.kvm.irqs:
        things[irq.name] = _irq(irq)
        things[irq.irq_lock.name] = _lock(irq.irq_lock.owner)
    return things


def _vcpu(vcpu: Vcpu, guest: Guest) -> State:
    vgic_cpu, cpuif = vcpu.vgic_cpu, vcpu.cpuif
    return {
        vcpu.mode.name: {"": vcpu.mode.value.name},
        vcpu.requests.name: {"": "IRQ_PENDING" if vcpu.requests.bits else "none"},
        vcpu.ipi.name: {"": "pending" if vcpu.ipi.pending else "none"},
        vgic_cpu.ap_list_lock.name: _lock(vgic_cpu.ap_list_lock.owner),
        vgic_cpu.ap_list_head.name: {"": _list(vcpu, overflow=False)},
        vgic_cpu.overflow_ap_list_head.name: {"": _list(vcpu, overflow=True)},
        f"vgic_lr[{vcpu.name}]": {"": _registers(vgic_cpu.vgic_lr[: vgic_cpu.used_lrs])},
        f"vgic_hcr[{vcpu.name}]": {"EOIcount": str(vgic_cpu.vgic_hcr.eoicount)},
        f"ICH_LR[{vcpu.name}]": {"": _registers(cpuif.lrs)},
        f"ICH_HCR[{vcpu.name}]": {"EOIcount": str(cpuif.hcr.eoicount)},
        f"guest[{vcpu.name}]": {"handles": " ".join(map(str, guest.stack)) or "nothing"},
    }


def _lock(owner: object) -> dict[str, str]:
    return {"": f"held by {owner}" if owner is not None else "free"}


def _registers(registers: list[ListRegister]) -> str:
    return " ".join(str(lr) for lr in registers if lr.pending or lr.active) or "empty"


def _list(vcpu: Vcpu, *, overflow: bool) -> str:
    """Walk a list as far as it leads; a ring that is not one ends in words that say so."""
    vgic_cpu = vcpu.vgic_cpu
    head = vgic_cpu.overflow_ap_list_head if overflow else vgic_cpu.ap_list_head
    names: list[str] = []
    node = head.next
    while node is not head:
        if node.entry is None:
            return " ".join([*names, f"then {node.name}!"])
        if len(names) == head.population:
            return " ".join([*names, "without end!"])
        names.append(str(node.entry.intid))
        node = node.next
    return " ".join(names) or "empty"


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
