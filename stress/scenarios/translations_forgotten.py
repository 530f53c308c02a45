# SPDX-License-Identifier: GPL-2.0-only
"""translations_forgotten: see the scenario's own docstring."""

from harness import Stream, Streams
from stress.scenarios.drawing import draw_commands, draw_lateness, draw_lpis
from stress.scenarios.portfolios import FOR_MIGRATION
from stress.scenarios.scenario import Scenario
from vgic import Irq, Parameters
from vgic.accesses import DISCARD, LPIS_OFF, LPIS_ON, MOVI, MSI, Access
from vgic.data import Program, Pulse

_LATENESS = (0, 0, 1, 3)
_PAUSES = (0, 0, 1, 3)
_FORGETS = (LPIS_OFF, LPIS_OFF, MOVI, DISCARD)
"""What makes the cache void: with the lock of the ITS, or without."""


def translations_forgotten(streams: Streams) -> Parameters:
    """Two vCPUs make the cache of translations void at once, while devices send by it.

    Result: Never

    A message that finds in the cache what its event was translated to lately waits for no lock. So
    what is found there has a reference, and who finds it takes another. Commands make the cache
    void, under the lock of the ITS; who disables LPIs, of any vCPU, does so without. Each goes over
    all that is there: what he has seen may be gone by then, and its reference dropped.
    """
    nr_vcpus = streams.stream("param:vcpus").choose((2, 3, 3))
    stream = streams.stream("param:irqs")
    lpis = draw_lpis(stream, [stream.pick(nr_vcpus) for _ in range(stream.between(1, 2))])
    return Parameters(
        nr_lr=streams.stream("param:nr_lr").choose((1, 2)),
        irqs=lpis,
        guests=tuple([_guest(streams, vcpu, nr_vcpus, lpis) for vcpu in range(nr_vcpus)]),
        devices=(_device(streams.stream("dev0:program"), lpis),),
    )


def _device(stream: Stream, lpis: tuple[Irq, ...]) -> tuple[Pulse, ...]:
    return tuple(
        [
            Pulse(stream.choose(lpis).intid, True, stream.choose(_PAUSES))
            for _ in range(stream.between(2, 4))
        ]
    )


def _guest(streams: Streams, vcpu: int, nr_vcpus: int, lpis: tuple[Irq, ...]) -> Program:
    """Draw a guest that sends now and then, and forgets what was sent; some handle interrupts."""
    stream = streams.stream(f"vcpu{vcpu}:program")
    accesses: list[Access] = []
    for _ in range(stream.between(1, 2)):
        kinds = (*((MSI,) if stream.chance(60) else ()), stream.choose(_FORGETS))
        for kind in kinds:
            accesses += draw_commands(stream, (kind,), lpis, 1, nr_vcpus)
        if accesses[-1].kind == LPIS_OFF and stream.chance(70):
            accesses.append(Access(LPIS_ON, 0, accesses[-1].value))
    instructions = ["m"] * len(accesses)
    for each in stream.choose_each(("n", "a", "e"), stream.between(0, 3)):
        instructions.insert(stream.pick(len(instructions) + 1), each)
    late = draw_lateness(streams.stream(f"mi:vcpu{vcpu}"), _LATENESS)
    return Program.spelled("".join(instructions), late, accesses)


SCENARIO = Scenario(
    draw=translations_forgotten,
    length=260,
    executions_min=300,
    portfolio=FOR_MIGRATION,
)
