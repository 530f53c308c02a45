# SPDX-License-Identifier: GPL-2.0-only
"""reroute_before_entry: see the scenario's own docstring."""

from harness import Streams
from stress.scenario import Floors, Scenario
from stress.scenarios.drawing import draw_lateness, draw_pulse, draw_spis
from vgic.parameters import Irq, Parameters
from vgic.program import ROUTE, Access, Program

_LATENESS = (0, 0, 2)
_PAUSES = (0, 0, 2)


def reroute_before_entry(streams: Streams) -> Parameters:
    """Interrupts come back to a vCPU while it decides what goes into its list registers.

    Result: Never

    The guest routes its own interrupts away, which it does after the prune that would move them,
    and the other guest routes them back, for which nobody is kicked. So they are on the list all
    the time, and flush finds them deliverable or not from one look to the next: what its counts
    say need not be what its walk meets.
    """
    nr_lr = streams.stream("param:nr_lr").between(1, 2)
    irqs = draw_spis(streams.stream("param:irqs"), [0] * (nr_lr + 1), level_per_cent=10)
    device = streams.stream("dev0:program")
    pulses = tuple(draw_pulse(device, irq, _PAUSES) for irq in irqs)
    return Parameters(
        nr_lr=nr_lr,
        irqs=irqs,
        guests=(_guest(streams, 0, irqs, to=1), _guest(streams, 1, irqs, to=0)),
        devices=(pulses,),
    )


def _guest(streams: Streams, vcpu: int, irqs: tuple[Irq, ...], *, to: int) -> Program:
    stream = streams.stream(f"vcpu{vcpu}:program")
    routes = tuple(
        Access(ROUTE, stream.choose(irqs).intid, to) for _ in range(stream.between(1, 3))
    )
    instructions = "".join(stream.choose(("m", "am", "nm")) for _ in routes)
    return Program(instructions, draw_lateness(streams.stream(f"mi:vcpu{vcpu}"), _LATENESS), routes)


SCENARIO = Scenario(
    draw=reroute_before_entry,
    length=165,
    executions_min=300,
    # Three and a half standard deviations, at a hundred executions a strategy, below what v1
    # was seen to do.
    floors=Floors(
        {
            "migration": {"random-walk": 62.0, "pct": 39.0, "burst": 48.0},
            "aborted_entry": {"random-walk": 55.0, "pct": 0.0, "burst": 18.0},
            "overflow": {"random-walk": 48.0, "pct": 32.0, "burst": 31.0},
        }
    ),
)
