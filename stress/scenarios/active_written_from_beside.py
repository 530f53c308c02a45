# SPDX-License-Identifier: GPL-2.0-only
"""active_written_from_beside: see the scenario's own docstring."""

from harness import Stream, Streams
from stress.scenarios.drawing import draw_devices, draw_lateness, draw_spis
from stress.scenarios.scenario import Scenario
from vgic import Irq, Parameters
from vgic.accesses import ACTIVATE, ACTIVE, DEACTIVATE, REBIND, Access
from vgic.data import Program

_LATENESS = (0, 0, 1, 4)
_PAUSES = (0, 2, 5)
_PARTS = ("nan", "nannnnn", "ann", "e", "nn", "m", "m", "nm")
_WRITES = {ACTIVATE: 40, DEACTIVATE: 70, ACTIVE: 40, REBIND: 40}
"""What guests access, in how many of a hundred executions."""


def active_written_from_beside(streams: Streams) -> Parameters:
    """Guests read and write the active states of interrupts that others handle.

    Result: Never

    The active state of what is in a list register is there, and the fold writes it back. So who
    accesses it halts the VM first. A vCPU that is seen outside before it has folded, or while it
    fills its list registers, is not waited for, and folds an old state over what was written
    (499ddfc539bf). And if a pause is not counted, of two who halt the VM at once the first to be
    done resumes it for both.
    """
    nr_vcpus = streams.stream("param:vcpus").choose((2, 2, 2, 3))
    stream = streams.stream("param:irqs")
    targets = [stream.pick(nr_vcpus) for _ in range(stream.between(1, 3))]
    irqs = draw_spis(stream, targets, level_per_cent=30)
    swarm = streams.stream("param:swarm")
    kinds = [kind for kind, per_cent in _WRITES.items() if swarm.chance(per_cent)] or [DEACTIVATE]
    return Parameters(
        nr_lr=streams.stream("param:nr_lr").between(1, 3),
        irqs=irqs,
        guests=tuple([_guest(streams, vcpu, kinds, irqs) for vcpu in range(nr_vcpus)]),
        devices=draw_devices(streams, irqs, (1, 3), _PAUSES),
    )


def _guest(streams: Streams, vcpu: int, kinds: list[str], irqs: tuple[Irq, ...]) -> Program:
    stream = streams.stream(f"vcpu{vcpu}:program")
    instructions = "".join(stream.choose_each(_PARTS, stream.between(2, 6)))
    accesses = [_access(stream, kinds, irqs) for _ in range(instructions.count("m"))]
    late = draw_lateness(streams.stream(f"mi:vcpu{vcpu}"), _LATENESS)
    return Program.spelled(instructions, late, accesses)


def _access(stream: Stream, kinds: list[str], irqs: tuple[Irq, ...]) -> Access:
    return Access(stream.choose(kinds), stream.choose(irqs).intid)


SCENARIO = Scenario(
    draw=active_written_from_beside,
    length=190,
    executions_min=300,
)
