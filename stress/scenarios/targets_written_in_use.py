# SPDX-License-Identifier: GPL-2.0-only
"""targets_written_in_use: see the scenario's own docstring."""

from harness import Stream, Streams
from stress.scenarios.drawing import draw_devices, draw_lateness, draw_spis
from stress.scenarios.scenario import Scenario
from vgic import Irq, Parameters
from vgic.accesses import ACTIVE, DEACTIVATE, DISTRIBUTOR, GROUP, PEND, TARGETS, Access
from vgic.data import (
    ACCESS,
    ACKNOWLEDGE,
    END,
    EOI_MODE,
    HAND_OVER,
    TAKE_OVER,
    V2,
    WORK,
    Instruction,
    Program,
    dir_of,
    setting,
)

_LATENESS = (0, 0, 2, 6)
_PAUSES = (0, 2, 5)
_MORE = {PEND: 50, HAND_OVER.name: 50, DISTRIBUTOR: 25, GROUP: 20, DEACTIVATE: 15, ACTIVE: 15}
"""What guests do beside, in how many of a hundred executions."""
_OPEN, _DROP, _OPEN_AND_DROP = [ACKNOWLEDGE], [END], [ACKNOWLEDGE, END]


def targets_written_in_use(streams: Streams) -> Parameters:
    """Guests of a GICv2 say over and over which vCPUs an interrupt may go to.

    Result: Never

    ITARGETSR names several vCPUs, and KVM takes the first that is there. Nobody is told of a write:
    what is pending moves when the vCPU that has it leaves its guest, and what is active stays until
    it is ended. With EOImode 1 that is a write of DIR, which always leaves the guest here, on any
    vCPU. Beside that guests turn the distributor off and on, where shipped kernels take no lock,
    and deactivate and pend what is on its way.
    """
    nr_vcpus = streams.stream("param:vcpus").choose((2, 2, 2, 3))
    stream = streams.stream("param:irqs")
    targets = [stream.pick(nr_vcpus) for _ in range(stream.between(2, 4))]
    irqs = draw_spis(stream, targets, level_per_cent=40)
    swarm = streams.stream("param:swarm")
    apart = swarm.chance(60)
    more = [what for what, per_cent in _MORE.items() if swarm.chance(per_cent)]
    if swarm.chance(15):
        more = [DISTRIBUTOR] * 3
    return Parameters(
        nr_lr=streams.stream("param:nr_lr").choose((1, 1, 2, 2, 4)),
        irqs=irqs,
        guests=tuple(
            [_guest(streams, vcpu, nr_vcpus, irqs, more, apart) for vcpu in range(nr_vcpus)]
        ),
        devices=draw_devices(streams, irqs, (2, 4), _PAUSES),
        gic=V2,
    )


def _guest(
    streams: Streams,
    vcpu: int,
    nr_vcpus: int,
    irqs: tuple[Irq, ...],
    more: list[str],
    apart: bool,
) -> Program:
    stream = streams.stream(f"vcpu{vcpu}:program")
    instructions: list[Instruction] = [setting(EOI_MODE, 1)] if apart else []
    for _ in range(stream.between(4, 8)):
        instructions += [WORK] * stream.pick(3)
        if stream.chance(35) and more != [DISTRIBUTOR] * 3:
            mask = stream.pick(1 << nr_vcpus)
            instructions.append(
                Instruction(ACCESS, Access(TARGETS, stream.choose(irqs).intid, mask))
            )
        elif more and stream.chance(35 if len(set(more)) > 1 else 80):
            instructions += _beside(stream, stream.choose(more), irqs)
        elif apart and stream.chance(25):
            instructions.append(dir_of(stream.pick(4)))
        else:
            instructions += stream.choose((_OPEN, _DROP, _OPEN_AND_DROP))
    if HAND_OVER.name in more:
        instructions += [*[WORK] * stream.pick(6), TAKE_OVER, *[WORK] * stream.pick(6), TAKE_OVER]
    return Program(tuple(instructions), draw_lateness(streams.stream(f"mi:vcpu{vcpu}"), _LATENESS))


def _beside(stream: Stream, what: str, irqs: tuple[Irq, ...]) -> list[Instruction]:
    if what == HAND_OVER.name:
        return [ACKNOWLEDGE, END, HAND_OVER] if stream.chance(60) else [TAKE_OVER]
    if what == DISTRIBUTOR:
        off = Instruction(ACCESS, Access(DISTRIBUTOR, 0, 0))
        on = Instruction(ACCESS, Access(DISTRIBUTOR, 0, 1))
        return stream.choose(([on], [on], [off], [off, *[WORK] * stream.pick(3), on]))
    value = stream.pick(2) if what == GROUP else 0
    return [Instruction(ACCESS, Access(what, stream.choose(irqs).intid, value))]


SCENARIO = Scenario(
    draw=targets_written_in_use,
    length=250,
    executions_min=300,
)
