# SPDX-License-Identifier: GPL-2.0-only
"""The look: which objects a machine has, and which of them are not as they were.

A machine is looked at before every step, and a step changes little: so values are compared first,
and fields are made of them only where they are not what they were.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import compress
from operator import attrgetter

from harness.schedule import Fields, State, Thing
from vgic.data import LEVEL, NR_VCPUS_MAX, Kvm, Vcpu, VgicIrq, is_sgi
from vgic.guest import Guest
from vgic.hardware import ListRegister, V2ListRegister
from vgic.state.fields import (
    GuestState,
    HardwareHcr,
    HardwareLrs,
    HardwareMisr,
    IrqState,
    Lr,
    ShadowHcr,
    ShadowLrs,
)
from vgic.state.primitives import Shown, primitives_of

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
        "source",
    )
)
_NEVER = object()
"""What nothing has been yet."""

_ENABLES = ("UIE", "LRENPIE", "NPIE")
_OF_AN_HCR = attrgetter("eoicount", *map(str.lower, _ENABLES))
_OF_A_REGISTER = attrgetter("intid", "pending", "active")


class Look:
    """Looks at a machine again and again.

    Calling it returns the objects that are not as they were the last time, at first all of them.
    """

    def __init__(self, kvm: Kvm, guests: Sequence[Guest], kernel: object) -> None:
        """Look at a machine.

        Args:
            kvm: the VM.
            guests: what runs on each vCPU.
            kernel: what runs it, which may have locks and lists of its own.
        """
        self._irqs = list(kvm.irqs)
        self._shown = list(_all(kvm, guests, kernel))
        self._at = {shown.thing: place for place, shown in enumerate(self._shown)}
        self._values: list[object] = [_NEVER] * len(self._shown)
        self._irq_values: list[list[object]] = [[] for _ in _OF_AN_IRQ]
        self._last: list[Fields | None] = [None] * len(self._shown)

    def __call__(self) -> State:
        """Return what has changed."""
        values = [shown.value() for shown in self._shown]
        places = self._touched()
        if values != self._values:
            before, self._values = self._values, values
            places.update(i for i, value in enumerate(values) if value != before[i])
        changed: dict[Thing, Fields] = {}
        for place in sorted(places):
            shown = self._shown[place]
            fields = shown.fields(values[place])
            if fields != self._last[place]:
                self._last[place] = changed[shown.thing] = fields
        return changed

    def _touched(self) -> set[int]:
        """Return the places of the interrupts of which some value is not what it was."""
        touched: set[int] = set()
        for column, value_of in enumerate(_OF_AN_IRQ):
            values, before = list(map(value_of, self._irqs)), self._irq_values[column]
            if values != before:
                self._irq_values[column] = values
                touched.update(
                    self._at[Thing(IrqState, self._irqs[number].name)]
                    for number, value in enumerate(values)
                    if not before or value != before[number]
                )
        return touched


def _all(kvm: Kvm, guests: Sequence[Guest], kernel: object) -> Iterator[Shown]:
    """Yield all that is looked at, in the order in which it is shown."""
    for vcpu, guest in zip(kvm.vcpus, guests, strict=True):
        yield from primitives_of(vcpu, vcpu.vgic_cpu)
        yield from _registers(vcpu)
        thing = Thing(GuestState, f"guest[{vcpu.name}]")
        yield Shown(thing, partial(tuple, guest.handlers.stack), GuestState)
    for irq in kvm.irqs:
        # Its fields are compared with those of all others, a field at a time.
        yield Shown(Thing(IrqState, irq.name), _nothing, partial(_irq, irq, kvm.is_v2))
        yield from primitives_of(irq)
    yield from primitives_of(kvm, kvm.dist, kvm.dist.lpis, kernel)


def _nothing() -> None:
    """Stand for a value that is compared elsewhere."""


def _registers(vcpu: Vcpu) -> Iterator[Shown]:
    vgic_cpu, cpuif, name = vcpu.vgic_cpu, vcpu.cpuif, vcpu.name

    yield Shown(
        Thing(ShadowLrs, f"vgic_lr[{name}]"),
        lambda: _valid(vgic_cpu.vgic_lr[: vgic_cpu.used_lrs]),
        ShadowLrs,
    )
    yield Shown(
        Thing(ShadowHcr, f"vgic_hcr[{name}]"),
        lambda: _OF_AN_HCR(vgic_cpu.vgic_hcr),
        lambda values: ShadowHcr(values[0], tuple(compress(_ENABLES, values[1:]))),
    )
    yield Shown(Thing(HardwareLrs, f"ICH_LR[{name}]"), lambda: _valid(cpuif.lrs), HardwareLrs)
    yield Shown(Thing(HardwareHcr, f"ICH_HCR[{name}]"), lambda: cpuif.hcr.eoicount, HardwareHcr)
    yield Shown(Thing(HardwareMisr, f"ICH_MISR[{name}]"), cpuif.misr, HardwareMisr)


def _valid(registers: Sequence[ListRegister]) -> tuple[Lr, ...]:
    return tuple(
        [
            Lr(*_OF_A_REGISTER(lr), lr.source if _is_sourced(lr) else None)
            for lr in registers
            if lr.pending or lr.active
        ]
    )


def _is_sourced(lr: ListRegister) -> bool:
    return isinstance(lr, V2ListRegister) and is_sgi(lr.intid)


def _irq(irq: VgicIrq, is_v2: bool, _: None) -> IrqState:
    latch, line, active, enabled, on_lr, vcpu, target_vcpu, priority, config, source = [
        value_of(irq) for value_of in _OF_AN_IRQ
    ]
    return IrqState(
        pending_latch=latch,
        line_level=line if config is LEVEL else None,
        active=active,
        enabled=enabled,
        on_lr=on_lr,
        vcpu=None if vcpu is None else str(vcpu),
        target_vcpu=None if target_vcpu is None else str(target_vcpu),
        priority=priority,
        sources=(
            tuple([vcpu for vcpu in range(NR_VCPUS_MAX) if source >> vcpu & 1])
            if is_v2 and is_sgi(irq.intid)
            else None
        ),
    )
