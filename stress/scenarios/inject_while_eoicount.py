# SPDX-License-Identifier: GPL-2.0-only
"""inject_while_eoicount: see the scenario's own docstring."""

from harness import Stream, Streams
from stress.scenarios.drawing import draw_lateness, draw_pulse, draw_spis
from stress.scenarios.portfolios import FOR_NESTING
from stress.scenarios.scenario import Scenario
from vgic import Irq, Parameters
from vgic.data import Program, Pulse

_LATENESS = (0, 1, 4, 12, 24)
_PAUSES = (0, 0, 8, 24)


def inject_while_eoicount(streams: Streams) -> Parameters:
    """Devices inject while EOIcount is accounted to what found no list register.

    Result: Never

    A guest with fewer list registers than open handlers ends some of them outside the list
    registers, where only EOIcount moves; its exits come late, so it ends and acknowledges more
    before the host looks; and all the while devices inject for the same vCPU. Whatever the
    interleaving, EOIcount must take the active state of the interrupts that were ended and of no
    others, and every edge must be delivered: "KVM: arm64: Add AP-list overflow split/splice".
    """
    nr_lr = streams.stream("param:nr_lr").between(1, 4)
    nr_vcpus = streams.stream("param:vcpus").between(2, 3)
    nr_devices = streams.stream("param:devices").between(1, 3)
    irqs = _irqs(streams.stream("param:irqs"), nr_lr, nr_vcpus)
    return Parameters(
        nr_lr=nr_lr,
        irqs=irqs,
        guests=tuple(_guest(streams, vcpu) for vcpu in range(nr_vcpus)),
        devices=tuple(
            _device(streams.stream(f"dev{device}:program"), irqs) for device in range(nr_devices)
        ),
    )


def _irqs(stream: Stream, nr_lr: int, nr_vcpus: int) -> tuple[Irq, ...]:
    """Give vCPU 0 more interrupts than it has list registers, and the others one or two."""
    targets = [0] * (nr_lr + stream.between(2, 5))
    for vcpu in range(1, nr_vcpus):
        targets += [vcpu] * stream.between(1, 2)
    return draw_spis(stream, targets, level_per_cent=25)


def _guest(streams: Streams, vcpu: int) -> Program:
    """Let vCPU 0 open handlers and end them in runs, with slow exits; the others do little."""
    program = streams.stream(f"vcpu{vcpu}:program")
    if vcpu == 0:
        runs = [program.choose("aaaeenn") * program.between(1, 5) for _ in range(7)]
        instructions = "".join(runs)
    else:
        instructions = "".join(program.choose("aaen") for _ in range(program.between(0, 4)))
    return Program.spelled(instructions, draw_lateness(streams.stream(f"mi:vcpu{vcpu}"), _LATENESS))


def _device(stream: Stream, irqs: tuple[Irq, ...]) -> tuple[Pulse, ...]:
    """Draw what a device does; mostly each interrupt is more urgent than the one before it."""
    chosen = [stream.choose(irqs) for _ in range(stream.between(3, 7))]
    if stream.chance(60):
        chosen.sort(key=lambda irq: -irq.priority)
    return tuple(draw_pulse(stream, irq, _PAUSES) for irq in chosen)


SCENARIO = Scenario(
    draw=inject_while_eoicount,
    length=360,
    executions_min=300,
    portfolio=FOR_NESTING,
)
