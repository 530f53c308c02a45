# SPDX-License-Identifier: GPL-2.0-only
"""lpis_disabled_from_beside: see the scenario's own docstring."""

from harness import Stream, Streams
from stress.scenarios.drawing import draw_commands, draw_devices, draw_lateness
from stress.scenarios.portfolios import FOR_MIGRATION
from stress.scenarios.scenario import Scenario
from vgic import Irq, Parameters
from vgic.accesses import DISCARD, LPIS_OFF, LPIS_ON, MOVI, MSI, PEND, Access
from vgic.data import EDGE, FIRST_LPI, FIRST_SPI, Program

_LATENESS = (0, 1, 3, 5)
_PAUSES = (0, 0, 2, 6)
_HANDLES = ("a", "an", "na", "e", "nn", "m", "pa", "n")
_SEQUENCES = (
    (LPIS_OFF, MOVI, MSI),
    (LPIS_OFF, DISCARD),
    (MOVI, LPIS_OFF),
    (LPIS_OFF, LPIS_ON, MSI),
)
"""What a guest does to another's LPIs, one after the other."""


def lpis_disabled_from_beside(streams: Streams) -> Parameters:
    """Guests disable each other's LPIs while those are in list registers, or being walked over.

    Result: Never

    Any vCPU may disable the LPIs of any redistributor. They are taken off the list of a vCPU that
    may be in its guest: a fold then brings back what is in a list register, and a walk of the list
    follows the links of what is not on it any more. So the VM is halted meanwhile. What is taken
    off a list while prune has let go of its locks to move it must not be taken off twice; and what
    is mapped to nothing any more is freed, whoever has it in a list register.
    """
    nr_vcpus = streams.stream("param:vcpus").choose((2, 2, 3))
    stream = streams.stream("param:irqs")
    lpis = tuple(
        [
            Irq(FIRST_LPI + n, EDGE, 8 * stream.between(2, 12), 0 if stream.chance(70) else 1)
            for n in range(stream.between(1, 3))
        ]
    )
    spis = tuple(
        [Irq(FIRST_SPI + n, EDGE, 8 * stream.between(10, 24), 0) for n in range(stream.pick(3))]
    )
    guests = [_handler(streams, lpis, spis, nr_vcpus)]
    guests += [_disturber(streams, vcpu, lpis, nr_vcpus) for vcpu in range(1, nr_vcpus)]
    return Parameters(
        nr_lr=streams.stream("param:nr_lr").choose((1, 1, 2, 3)),
        irqs=(*lpis, *spis),
        guests=tuple(guests),
        devices=draw_devices(streams, lpis, (2, 4), _PAUSES),
    )


def _handler(
    streams: Streams, lpis: tuple[Irq, ...], spis: tuple[Irq, ...], nr_vcpus: int
) -> Program:
    """Draw a guest that handles what comes, its own interrupts and LPIs."""
    stream = streams.stream("vcpu0:program")
    parts = stream.choose_each(_HANDLES, stream.between(4, 8))
    instructions = "".join(parts).replace("p", "m" if spis else "n")
    accesses = [
        Access(PEND, stream.choose(spis).intid)
        if spis and stream.chance(70)
        else draw_commands(stream, (MSI, MOVI), lpis, 1, nr_vcpus)[0]
        for _ in range(instructions.count("m"))
    ]
    return Program.spelled(instructions, draw_lateness(stream, _LATENESS), accesses)


def _disturber(streams: Streams, vcpu: int, lpis: tuple[Irq, ...], nr_vcpus: int) -> Program:
    """Draw a guest that disables LPIs, and does what makes that matter."""
    stream = streams.stream(f"vcpu{vcpu}:program")
    accesses: list[Access] = []
    for _ in range(stream.between(1, 2)):
        event = stream.choose(lpis).intid
        target = 0 if stream.chance(80) else stream.pick(nr_vcpus)
        accesses += [
            _access(stream, kind, event, target, nr_vcpus) for kind in stream.choose(_SEQUENCES)
        ]
    instructions = ["m"] * len(accesses)
    for each in stream.choose_each(("n", "n", "a", "e"), stream.between(2, 6)):
        instructions.insert(stream.pick(len(instructions) + 1), each)
    late = draw_lateness(streams.stream(f"mi:vcpu{vcpu}"), _LATENESS)
    return Program.spelled("".join(instructions), late, accesses)


def _access(stream: Stream, kind: str, event: int, target: int, nr_vcpus: int) -> Access:
    if kind in (LPIS_OFF, LPIS_ON):
        return Access(kind, 0, target)
    return Access(kind, event, stream.pick(nr_vcpus) if kind == MOVI else 0)


SCENARIO = Scenario(
    draw=lpis_disabled_from_beside,
    length=240,
    executions_min=300,
    portfolio=FOR_MIGRATION,
)
