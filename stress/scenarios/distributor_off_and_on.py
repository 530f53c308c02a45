# SPDX-License-Identifier: GPL-2.0-only
"""distributor_off_and_on: see the scenario's own docstring."""

from harness import Stream, Streams
from stress.scenarios.drawing import draw_devices, draw_lateness, draw_spis
from stress.scenarios.scenario import Scenario
from vgic import Parameters
from vgic.accesses import DISTRIBUTOR, Access
from vgic.data import ACCESS, ACKNOWLEDGE, END, MASK, WAIT, WORK, Instruction, Program, setting

_LATENESS = (0, 0, 2, 6)
_PAUSES = (0, 3, 8)
_MASKS = (0x00, 0x80, 0xF8, 0xF8)


def distributor_off_and_on(streams: Streams) -> Parameters:
    """A guest turns the distributor off and on while interrupts arrive, and others mask them.

    Result: Never

    Off, nothing that is pending belongs on a list. On again, a vCPU that still has something on its
    list is to look, and whoever decides which those are does so from beside: a guest has its mask
    in its own CPU interface.
    """
    nr_vcpus = streams.stream("param:vcpus").choose((1, 2, 2, 3))
    stream = streams.stream("param:irqs")
    targets = [stream.pick(nr_vcpus) for _ in range(stream.between(1, 3))]
    irqs = draw_spis(stream, targets, level_per_cent=30)
    return Parameters(
        nr_lr=streams.stream("param:nr_lr").choose((1, 2, 4)),
        irqs=irqs,
        guests=tuple([_guest(streams, vcpu, nr_vcpus) for vcpu in range(nr_vcpus)]),
        devices=draw_devices(streams, irqs, (1, 4), _PAUSES),
    )


def _guest(streams: Streams, vcpu: int, nr_vcpus: int) -> Program:
    """The last vCPU turns it off and on; the others handle, mask, wait, and exit for nothing."""
    stream = streams.stream(f"vcpu{vcpu}:program")
    instructions: list[Instruction] = []
    for _ in range(stream.between(2, 5)):
        instructions += [WORK] * stream.pick(4)
        instructions += _off_and_on(stream) if vcpu == nr_vcpus - 1 else _beside(stream)
    late = draw_lateness(streams.stream(f"mi:vcpu{vcpu}"), _LATENESS)
    return Program(tuple(instructions), late)


def _off_and_on(stream: Stream) -> list[Instruction]:
    off, on = [Instruction(ACCESS, Access(DISTRIBUTOR, 0, value)) for value in (0, 1)]
    return [off, *[WORK] * stream.pick(6), on]


def _beside(stream: Stream) -> list[Instruction]:
    return stream.choose(
        (
            [ACKNOWLEDGE, END],
            [Instruction(ACCESS)],
            [setting(MASK, stream.choose(_MASKS))],
            [setting(MASK, stream.choose(_MASKS))],
            [WAIT],
        )
    )


SCENARIO = Scenario(
    draw=distributor_off_and_on,
    length=200,
    executions_min=300,
)
