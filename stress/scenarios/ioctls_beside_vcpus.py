# SPDX-License-Identifier: GPL-2.0-only
"""ioctls_beside_vcpus: see the scenario's own docstring."""

from harness import Stream, Streams
from stress.scenarios.drawing import (
    draw_hardware,
    draw_irqfds,
    draw_lateness,
    draw_pulse,
    draw_spis,
)
from stress.scenarios.scenario import Scenario
from vgic import Irq, Parameters
from vgic.accesses import ACTIVE, DEACTIVATE, DISTRIBUTOR, PEND, ROUTE, Access
from vgic.data import ATTRIBUTES, IOCTLS, LEVEL, POSIX_SIGNAL, HostEvent, Program

_LATENESS = (0, 0, 1, 3)
_PAUSES = (0, 2, 5)
_PARTS = ("a", "an", "e", "n", "m", "m", "w")
_ACCESSES = (ACTIVE, ACTIVE, DEACTIVATE, PEND, ROUTE, DISTRIBUTOR)
_EVENTS = (*IOCTLS, ATTRIBUTES, POSIX_SIGNAL)


def ioctls_beside_vcpus(streams: Streams) -> Parameters:
    """User space calls ioctls of the VM while its vCPUs run, and has them stop for some.

    Result: Never

    Whoever reads the vGIC's registers for user space has kvm->lock, and every vCPU's mutex, which
    each KVM_RUN has: so no vCPU is in its guest, and what the fold would write back is written. The
    bus and the routes of irqfds are replaced whole while vCPUs and irqfds go by them: whoever does
    it waits for those who may have the old ones, with nothing held that they might want.
    """
    nr_vcpus = streams.stream("param:vcpus").choose((1, 2, 2, 3))
    stream = streams.stream("param:irqs")
    targets = [stream.pick(nr_vcpus) for _ in range(stream.between(1, 3))]
    irqs = tuple(
        [
            irq._replace(resampled=irq.config is LEVEL and stream.chance(50))
            for irq in draw_spis(stream, targets, level_per_cent=40)
        ]
    )
    devices = []
    for device in range(streams.stream("param:devices").between(1, 2)):
        pulses = streams.stream(f"dev{device}:program")
        count = pulses.between(2, 5)
        devices.append([draw_pulse(pulses, pulses.choose(irqs), _PAUSES) for _ in range(count)])
    return Parameters(
        nr_lr=streams.stream("param:nr_lr").choose((1, 1, 2, 4)),
        irqs=irqs,
        guests=tuple([_guest(streams, vcpu, nr_vcpus, irqs) for vcpu in range(nr_vcpus)]),
        devices=draw_irqfds(streams, devices, per_cent=50),
        host=_user_space(streams.stream("host0:program"), nr_vcpus),
        hardware=draw_hardware(streams),
    )


def _guest(streams: Streams, vcpu: int, nr_vcpus: int, irqs: tuple[Irq, ...]) -> Program:
    stream = streams.stream(f"vcpu{vcpu}:program")
    instructions = "".join(stream.choose_each(_PARTS, stream.between(3, 8)))
    accesses = [_access(stream, irqs, nr_vcpus) for _ in range(instructions.count("m"))]
    late = draw_lateness(streams.stream(f"mi:vcpu{vcpu}"), _LATENESS)
    return Program.spelled(instructions, late, accesses)


def _access(stream: Stream, irqs: tuple[Irq, ...], nr_vcpus: int) -> Access:
    kind = stream.choose(_ACCESSES)
    if kind == DISTRIBUTOR:
        return Access(kind, 0, 1)
    return Access(kind, stream.choose(irqs).intid, stream.pick(nr_vcpus) if kind == ROUTE else 0)


def _user_space(stream: Stream, nr_vcpus: int) -> tuple[HostEvent, ...]:
    events = []
    for _ in range(stream.between(1, 4)):
        kind = stream.choose(_EVENTS)
        vcpu = stream.pick(nr_vcpus) if kind == POSIX_SIGNAL else 0
        events.append(HostEvent(kind, vcpu, stream.choose(_PAUSES)))
    if all(event.kind not in IOCTLS for event in events):
        events.append(HostEvent(stream.choose(IOCTLS), 0, 0))
    return tuple(events)


SCENARIO = Scenario(
    draw=ioctls_beside_vcpus,
    length=200,
    executions_min=300,
)
