# SPDX-License-Identifier: GPL-2.0-only
"""groups_and_masks: see the scenario's own docstring."""

from harness import Stream, Streams
from stress.scenarios.drawing import draw_devices, draw_hardware, draw_lateness, draw_spis
from stress.scenarios.scenario import Scenario
from vgic import Irq, Parameters
from vgic.accesses import GROUP, Access
from vgic.data import (
    ACCESS,
    ACKNOWLEDGE,
    BINARY_POINT_0,
    BINARY_POINT_1,
    COMMON_BINARY_POINT,
    DISABLE_GROUP,
    ENABLE_GROUP,
    END,
    MASK,
    WAIT,
    WORK,
    Instruction,
    Program,
    setting,
)
from vgic.hardware import BPR_MAX, BPR_MIN

_LATENESS = (0, 0, 2, 6)
_PAUSES = (0, 2, 5)
_MASKS = (0x00, 0x40, 0x80, 0xC0, 0xF8)
_WHAT = {MASK: 60, DISABLE_GROUP: 60, BINARY_POINT_1: 40, WAIT.name: 15, GROUP: 30}
"""What guests set beside handling interrupts, in how many of a hundred executions."""


def groups_and_masks(streams: Streams) -> Parameters:
    """Guests mask priorities, disable groups and move binary points while interrupts arrive.

    Result: Never

    None of that exits by itself. What is masked or disabled stays pending, in a list register or
    outside; a group that is enabled or disabled brings the host by a maintenance interrupt, however
    late; and what nests in what depends on the binary points. Interrupts are of both groups, and
    may be put into the other while they are pending or handled.
    """
    nr_vcpus = streams.stream("param:vcpus").choose((1, 1, 2))
    stream = streams.stream("param:irqs")
    targets = [stream.pick(nr_vcpus) for _ in range(stream.between(2, 5))]
    irqs = tuple(
        irq._replace(group=stream.pick(2)) for irq in draw_spis(stream, targets, level_per_cent=30)
    )
    swarm = streams.stream("param:swarm")
    what = [each for each, per_cent in _WHAT.items() if swarm.chance(per_cent)] or [MASK]
    return Parameters(
        nr_lr=streams.stream("param:nr_lr").choose((1, 1, 2, 2, 3, 4)),
        irqs=irqs,
        guests=tuple([_guest(streams, vcpu, irqs, what) for vcpu in range(nr_vcpus)]),
        devices=draw_devices(streams, irqs, (2, 5), _PAUSES),
        hardware=draw_hardware(streams),
    )


def _guest(streams: Streams, vcpu: int, irqs: tuple[Irq, ...], what: list[str]) -> Program:
    stream = streams.stream(f"vcpu{vcpu}:program")
    instructions: list[Instruction] = []
    for _ in range(stream.between(3, 7)):
        instructions += [WORK] * stream.pick(4)
        instructions += (
            _set(stream, stream.choose(what), irqs)
            if stream.chance(50)
            else stream.choose_each((ACKNOWLEDGE, ACKNOWLEDGE, END), stream.between(1, 2))
        )
    return Program(tuple(instructions), draw_lateness(streams.stream(f"mi:vcpu{vcpu}"), _LATENESS))


def _set(stream: Stream, what: str, irqs: tuple[Irq, ...]) -> list[Instruction]:
    """Draw one setting; a group that is disabled is enabled again in the end, or by the drain."""
    if what == WAIT.name:
        return [WAIT]
    if what == GROUP:
        return [Instruction(ACCESS, Access(GROUP, stream.choose(irqs).intid, stream.pick(2)))]
    if what == MASK:
        return [setting(MASK, stream.choose(_MASKS))]
    if what == DISABLE_GROUP:
        return [setting(stream.choose((DISABLE_GROUP, ENABLE_GROUP)), stream.pick(2))]
    which = stream.pick(3)
    if which == len(BPR_MIN):
        return [setting(COMMON_BINARY_POINT, stream.pick(2))]
    name = (BINARY_POINT_0, BINARY_POINT_1)[which]
    return [setting(name, stream.between(BPR_MIN[which], BPR_MAX))]


SCENARIO = Scenario(
    draw=groups_and_masks,
    length=160,
    executions_min=300,
)
