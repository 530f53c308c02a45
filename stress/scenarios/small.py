# SPDX-License-Identifier: GPL-2.0-only
"""Scenarios small enough to explore whole: two vCPUs, one device, no choice but the schedule.

Their machines are fixed, so every execution is another schedule of one program, what a run has
seen of it says something, and `explore` comes to an end.
"""

from harness import Streams
from harness.search.strategies import ARMS_AMONG_OTHERS
from stress.scenarios.scenario import Scenario
from vgic import Irq, Parameters
from vgic.accesses import DISABLE, ROUTE, Access
from vgic.data import FIRST_SPI, Config, Program, Pulse

_EDGE = Irq(FIRST_SPI, Config.EDGE, 0x80, 0)
_IDLE = Program.spelled("", (0,))
_ONCE = (Pulse(FIRST_SPI, level=True, pause=0),)


def one_interrupt(streams: Streams) -> Parameters:
    """One device sends one edge to one of two vCPUs.

    Result: Never

    All there is to delivery without anything else: the edge comes before the flush, between flush
    and entry, or while the guest runs, and each time the vCPU has to learn of it. The other vCPU
    must not be disturbed.
    """
    return Parameters(nr_lr=1, irqs=(_EDGE,), guests=(_IDLE, _IDLE), devices=(_ONCE,))


def one_reroute(streams: Streams) -> Parameters:
    """One device sends one edge while the other vCPU routes the interrupt to itself.

    Result: Never

    The write may come before the edge, while it is queued, in the middle of the flush, or after the
    guest has acknowledged. Wherever it comes, the edge is delivered once: a pending interrupt
    moves with the next prune, an active one stays until it is ended.
    """
    guests = (_IDLE, Program.spelled("m", (0,), (Access(ROUTE, FIRST_SPI, 1),)))
    return Parameters(nr_lr=1, irqs=(_EDGE,), guests=guests, devices=(_ONCE,))


def one_disable(streams: Streams) -> Parameters:
    """One device sends one edge while the other vCPU disables the interrupt.

    Result: Never

    A disabled interrupt is never put on a list or taken off it by the next prune, and stays
    pending; if it was in a list register already, the guest may still take it, once.
    """
    guests = (_IDLE, Program.spelled("m", (0,), (Access(DISABLE, FIRST_SPI),)))
    return Parameters(nr_lr=1, irqs=(_EDGE,), guests=guests, devices=(_ONCE,))


SCENARIOS = tuple(
    Scenario(draw=draw, length=length, executions_min=300, portfolio=ARMS_AMONG_OTHERS)
    for draw, length in ((one_interrupt, 60), (one_reroute, 80), (one_disable, 80))
)
