# SPDX-License-Identifier: GPL-2.0-only
"""reroute_before_entry: see the scenario's own docstring."""

from harness import Streams
from stress.scenarios.drawing import draw_lateness, draw_pulse, draw_spis
from stress.scenarios.portfolios import FOR_MIGRATION
from stress.scenarios.scenario import Scenario
from vgic import Parameters
from vgic.accesses import ROUTE, Access
from vgic.data import Program

_LATENESS = (0, 0, 2)
_PAUSES = (0, 0, 2)
_AWAY = (1, 2)
_BACK = (1, 4)
_BUSY = ("m", "am", "nm")
_WAITING = ("m", "nm", "nnm")


def reroute_before_entry(streams: Streams) -> Parameters:
    """Interrupts come back to a vCPU while it decides what goes into its list registers.

    Result: Never

    The guest routes one of its interrupts away, which it does after the prune that would move it,
    and the other guest routes it back, for which nobody is kicked. So it is on the list all the
    time, and flush finds it deliverable or not from one look to the next: what its counts say need
    not be what its walk meets. What one flush has missed the next one mends, so only the last
    counts: it is routed away no more than twice, and back up to four times.
    """
    nr_lr = streams.stream("param:nr_lr").between(1, 2)
    stream = streams.stream("param:irqs")
    irqs = draw_spis(stream, [0] * (nr_lr + 1), level_per_cent=10)
    routed = stream.choose(irqs).intid
    away = _guest(streams, 0, _AWAY, Access(ROUTE, routed, 1), _BUSY)
    back = _guest(streams, 1, _BACK, Access(ROUTE, routed, 0), _WAITING)
    device = streams.stream("dev0:program")
    pulses = tuple(draw_pulse(device, irq, _PAUSES) for irq in irqs)
    return Parameters(
        nr_lr=nr_lr,
        irqs=irqs,
        guests=(away, back),
        devices=(pulses,),
    )


def _guest(
    streams: Streams, vcpu: int, times: tuple[int, int], route: Access, steps: tuple[str, ...]
) -> Program:
    stream = streams.stream(f"vcpu{vcpu}:program")
    routes = (route,) * stream.between(*times)
    instructions = "".join(stream.choose(steps) for _ in routes)
    late = draw_lateness(streams.stream(f"mi:vcpu{vcpu}"), _LATENESS)
    return Program.spelled(instructions, late, routes)


SCENARIO = Scenario(
    draw=reroute_before_entry,
    length=165,
    executions_min=300,
    portfolio=FOR_MIGRATION,
)
