# SPDX-License-Identifier: GPL-2.0-only
"""sgis_of_several: see the scenario's own docstring."""

from harness import Stream, Streams
from stress.scenarios.drawing import draw_devices, draw_lateness, draw_priority, draw_spis
from stress.scenarios.scenario import Scenario
from vgic import Irq, Parameters
from vgic.accesses import DISABLE, ENABLE, SGIR, SGIR_OTHERS, SGIR_SELF, Access
from vgic.data import (
    ACCESS,
    ACKNOWLEDGE,
    EDGE,
    END,
    EOI_MODE,
    MASK,
    V2,
    WORK,
    Instruction,
    Program,
    dir_of,
    setting,
)

_LATENESS = (0, 0, 2, 6)
_PAUSES = (0, 2, 5)
_INTIDS = (3, 7)
_MASKS = (0x40, 0x80, 0xF8)
_OPEN, _DROP, _OPEN_AND_DROP = [ACKNOWLEDGE], [END], [ACKNOWLEDGE, END]


def sgis_of_several(streams: Streams) -> Parameters:
    """VCPUs with a GICv2 send one the same SGI, and it takes one of them after the other.

    Result: Never

    An SGI of GICv2 says who has sent it, so the same INTID is pending once for each sender, and one
    at a time is in a list register. The end of that brings the vCPU back for the next, wherever it
    is by then: in the handler, in one that nests in it, or about to deactivate it by DIR, which
    names the sender as well. Some guests mask or disable what is sent meanwhile.
    """
    nr_vcpus = streams.stream("param:vcpus").choose((1, 2, 3, 3, 4))
    stream = streams.stream("param:irqs")
    sgis = [
        Irq(intid, EDGE, draw_priority(stream), vcpu)
        for intid in _INTIDS[: stream.between(1, 2)]
        for vcpu in range(nr_vcpus)
    ]
    targets = [stream.pick(nr_vcpus) for _ in range(stream.between(1, 3))]
    spis = draw_spis(stream, targets, level_per_cent=40)
    apart = streams.stream("param:apart").chance(40)
    return Parameters(
        nr_lr=streams.stream("param:nr_lr").choose((1, 1, 2, 2, 4)),
        irqs=(*spis, *sgis),
        guests=tuple(
            [
                _guest(streams, vcpu, nr_vcpus, [irq.intid for irq in sgis], apart=apart)
                for vcpu in range(nr_vcpus)
            ]
        ),
        devices=draw_devices(streams, spis, (1, 3), _PAUSES),
        gic=V2,
    )


def _guest(
    streams: Streams, vcpu: int, nr_vcpus: int, intids: list[int], *, apart: bool
) -> Program:
    """Send, and take what others send as it comes; some drop and deactivate apart."""
    stream = streams.stream(f"vcpu{vcpu}:program")
    instructions: list[Instruction] = [setting(EOI_MODE, 1)] if apart else []
    for _ in range(stream.between(3, 8)):
        instructions += [WORK] * stream.pick(3)
        if stream.chance(55):
            instructions.append(Instruction(ACCESS, _sent(stream, intids, nr_vcpus)))
        elif stream.chance(12):
            instructions += _kept_out(stream, intids)
        elif apart and stream.chance(40):
            instructions.append(dir_of(stream.pick(4)))
        else:
            instructions += stream.choose((_OPEN, _DROP, _OPEN_AND_DROP))
    return Program(tuple(instructions), draw_lateness(streams.stream(f"mi:vcpu{vcpu}"), _LATENESS))


def _sent(stream: Stream, intids: list[int], nr_vcpus: int) -> Access:
    intid = stream.choose(intids)
    kind = stream.choose((SGIR, SGIR, SGIR, SGIR_OTHERS, SGIR_SELF))
    mask = stream.between(1, (1 << nr_vcpus) - 1)
    return Access(kind, intid, mask if kind == SGIR else 0)


def _kept_out(stream: Stream, intids: list[int]) -> list[Instruction]:
    if stream.chance(50):
        return [setting(MASK, stream.choose(_MASKS))]
    intid = stream.choose(intids)
    return [Instruction(ACCESS, Access(DISABLE, intid)), Instruction(ACCESS, Access(ENABLE, intid))]


SCENARIO = Scenario(
    draw=sgis_of_several,
    length=250,
    executions_min=300,
)
