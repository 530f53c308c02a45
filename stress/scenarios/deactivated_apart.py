# SPDX-License-Identifier: GPL-2.0-only
"""deactivated_apart: see the scenario's own docstring."""

from harness import Stream, Streams
from stress.scenarios.drawing import draw_devices, draw_hardware, draw_lateness, draw_spis
from stress.scenarios.scenario import Scenario
from vgic import Irq, Parameters
from vgic.accesses import ACTIVE, PEND, ROUTE, Access
from vgic.data import (
    ACCESS,
    ACKNOWLEDGE,
    AWAIT,
    END,
    EOI_MODE,
    HAND_OVER,
    SIGNAL,
    TAKE_OVER,
    WAIT,
    WORK,
    Instruction,
    Program,
    dir_of,
    setting,
)

_LATENESS = (0, 0, 2, 6)
_PAUSES = (0, 2, 5)
_EXIT = "exit"
_MORE = {HAND_OVER.name: 75, PEND: 40, ROUTE: 30, ACTIVE: 20, _EXIT: 60}
"""What guests do beside, in how many of a hundred executions."""
_DIRS = 4
_CELL = 0
_OPEN, _DROP, _OPEN_AND_DROP = [ACKNOWLEDGE], [END], [ACKNOWLEDGE, END]


def deactivated_apart(streams: Streams) -> Parameters:
    """Guests drop the priority of an interrupt and deactivate it later, or have another do it.

    Result: Never

    With EOImode 1 an end leaves the interrupt active, and DIR deactivates in any order: what is in
    a list register of the vCPU, what is in none, or what another vCPU has acknowledged and handed
    over, in a list register there or not. Each has its own way through the host, and the vCPU that
    has the interrupt may load it at any time.
    """
    nr_vcpus = streams.stream("param:vcpus").choose((1, 2, 2, 2, 3))
    stream = streams.stream("param:irqs")
    targets = [stream.pick(nr_vcpus) for _ in range(stream.between(2, 4))]
    irqs = draw_spis(stream, targets, level_per_cent=40)
    swarm = streams.stream("param:swarm")
    more = [what for what, per_cent in _MORE.items() if swarm.chance(per_cent)]
    return Parameters(
        nr_lr=streams.stream("param:nr_lr").choose((1, 1, 2, 2, 3, 4)),
        irqs=irqs,
        guests=(
            _handing_over(streams, irqs, nr_vcpus)
            if nr_vcpus > 1 and swarm.chance(40)
            else tuple([_guest(streams, vcpu, nr_vcpus, irqs, more) for vcpu in range(nr_vcpus)])
        ),
        devices=draw_devices(streams, irqs, (1, 4), _PAUSES),
        hardware=draw_hardware(streams),
    )


def _guest(
    streams: Streams, vcpu: int, nr_vcpus: int, irqs: tuple[Irq, ...], more: list[str]
) -> Program:
    """Open handlers, drop and deactivate as it comes; now and then end some with EOImode 0."""
    stream = streams.stream(f"vcpu{vcpu}:program")
    instructions = [setting(EOI_MODE, 1)] if stream.chance(90) else []
    for _ in range(stream.between(4, 9)):
        instructions += [WORK] * stream.pick(3)
        instructions += (
            _beside(stream, stream.choose(more), nr_vcpus, irqs)
            if more and stream.chance(45)
            else stream.choose((_OPEN, _DROP, _OPEN_AND_DROP, [dir_of(stream.pick(_DIRS))]))
        )
    if stream.chance(15):
        instructions.insert(stream.pick(len(instructions) + 1), setting(EOI_MODE, stream.pick(2)))
    return Program(tuple(instructions), draw_lateness(streams.stream(f"mi:vcpu{vcpu}"), _LATENESS))


def _handing_over(streams: Streams, irqs: tuple[Irq, ...], nr_vcpus: int) -> tuple[Program, ...]:
    """Have one vCPU end what the others deactivate, and leave its guest or sleep meanwhile."""
    stream = streams.stream("vcpu0:program")
    waits = streams.stream("vcpu0:waits")
    first: list[Instruction] = [setting(EOI_MODE, 1)]
    for irq in irqs:
        first += [_pended(irq)] if irq.vcpu == 0 and stream.chance(60) else []
        first += [ACKNOWLEDGE] * stream.between(1, 2) + [END, HAND_OVER]
        first += [Instruction(SIGNAL, number=_CELL), *[Instruction(ACCESS)] * stream.pick(3)]
        first += [WAIT] * waits.chance(35)
    programs = [first]
    for vcpu in range(1, nr_vcpus):
        other = streams.stream(f"vcpu{vcpu}:program")
        program = [setting(EOI_MODE, 1), Instruction(AWAIT, number=_CELL)]
        for _ in irqs:
            program += [*[WORK] * other.pick(6), TAKE_OVER]
            program += [_pended(other.choose(irqs))] if other.chance(20) else []
        programs.append(program)
    return tuple(
        Program(tuple(program), draw_lateness(streams.stream(f"mi:vcpu{vcpu}"), _LATENESS))
        for vcpu, program in enumerate(programs)
    )


def _pended(irq: Irq) -> Instruction:
    return Instruction(ACCESS, Access(PEND, irq.intid))


def _beside(stream: Stream, what: str, nr_vcpus: int, irqs: tuple[Irq, ...]) -> list[Instruction]:
    if what == HAND_OVER.name:
        return [HAND_OVER] if stream.chance(40) else [TAKE_OVER]
    if what == _EXIT:
        return [Instruction(ACCESS)]
    value = stream.pick(nr_vcpus) if what == ROUTE else 0
    return [Instruction(ACCESS, Access(what, stream.choose(irqs).intid, value))]


SCENARIO = Scenario(
    draw=deactivated_apart,
    length=230,
    executions_min=300,
)
