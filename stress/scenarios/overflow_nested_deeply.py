# SPDX-License-Identifier: GPL-2.0-only
"""overflow_nested_deeply: see the scenario's own docstring."""

from harness import Stream, Streams
from stress.scenarios.drawing import draw_lateness
from stress.scenarios.portfolios import FOR_NESTING
from stress.scenarios.scenario import Scenario
from vgic import Irq, Parameters
from vgic.accesses import ROUTE, Access
from vgic.data import FIRST_SPI, Config, Program, Pulse

_LATENESS = (0, 4, 8, 16)
_IDLE = Program((), (0,))
_PAUSES = (4, 12, 24)


def overflow_nested_deeply(streams: Streams) -> Parameters:
    """Handlers nest far deeper than there are list registers, and end in one go.

    Result: Never

    Each interrupt is more urgent than the one being handled, so the guest opens one handler inside
    the other; with one or two list registers nearly all of them are active outside. Then it ends
    them one after the other before a slow maintenance interrupt brings the host: EOIcount stands
    for several interrupts at once, and it must be those, in the order in which they were ended.
    Now and then the guest routes what it has just acknowledged to another vCPU: it is active, so
    it stays where it is, and where it is in the order.
    """
    stream = streams.stream("param:irqs")
    irqs = tuple(
        Irq(FIRST_SPI + number, Config.EDGE, 8 * (30 - 3 * number - stream.pick(3)), 0)
        for number in range(stream.between(4, 8))
    )
    routes = streams.stream("param:routes").chance(25)
    return Parameters(
        nr_lr=streams.stream("param:nr_lr").between(1, 2),
        irqs=irqs,
        guests=(
            _guest(streams, irqs, routes=routes),
            *([_IDLE] if routes else []),
        ),
        devices=(
            _rising(streams.stream("dev0:program"), irqs),
            *(
                _again(streams.stream(f"dev{device}:program"), irqs)
                for device in range(1, 1 + streams.stream("param:devices").between(0, 2))
            ),
        ),
    )


def _guest(streams: Streams, irqs: tuple[Irq, ...], *, routes: bool) -> Program:
    """Acknowledge with other work in between, long enough to be nested; end all; again."""
    stream = streams.stream("vcpu0:program")
    routing = streams.stream("vcpu0:routes")
    depth = len(irqs)
    rounds = ""
    routed = []
    for _ in range(stream.between(1, 2)):
        for number in range(2 * depth):
            rounds += "a" + "n" * stream.between(0, 6)
            if routes and routing.chance(20):
                # About half of the acknowledges take nothing.
                routed.append(Access(ROUTE, irqs[number // 2].intid, 1))
                rounds += "m"
        rounds += "e" * stream.between(2, depth)
    late = draw_lateness(streams.stream("mi:vcpu0"), _LATENESS)
    return Program.spelled(rounds, late, routed)


def _rising(stream: Stream, irqs: tuple[Irq, ...]) -> tuple[Pulse, ...]:
    """Send each interrupt once, the least urgent first."""
    return tuple(Pulse(irq.intid, level=True, pause=stream.choose(_PAUSES)) for irq in irqs)


def _again(stream: Stream, irqs: tuple[Irq, ...]) -> tuple[Pulse, ...]:
    """Send any of them, at any time."""
    return tuple(
        Pulse(stream.choose(irqs).intid, level=True, pause=stream.choose(_PAUSES))
        for _ in range(stream.between(1, 4))
    )


SCENARIO = Scenario(
    draw=overflow_nested_deeply,
    length=530,
    executions_min=300,
    portfolio=FOR_NESTING,
)
