# SPDX-License-Identifier: GPL-2.0-only
"""messages_redirected: see the scenario's own docstring."""

from harness import Streams
from stress.scenarios.drawing import (
    draw_commanding,
    draw_devices,
    draw_lpis,
    draw_spis,
)
from stress.scenarios.portfolios import FOR_MIGRATION
from stress.scenarios.scenario import Scenario
from vgic import Parameters
from vgic.accesses import DISCARD, MOVI, MSI

_LATENESS = (0, 0, 1, 3)
_PAUSES = (0, 0, 2, 6)
_COMMANDS = {MOVI: 80, MSI: 50, DISCARD: 40}
"""What guests access, in how many of a hundred executions."""


def messages_redirected(streams: Streams) -> Parameters:
    """Devices send messages, and guests have an ITS move them to other vCPUs, or drop them.

    Result: Never

    An LPI is freed when nobody has a reference to it: the event that is mapped to it has one until
    the guest discards that, the list it is on has one, and so has whoever is at work on it. A list
    that drops its reference does so with its lock held, under which the table's may not be taken:
    what has died is released later. While a guest handles an LPI that is active in a list register
    alone, and its end is counted nowhere.
    """
    nr_vcpus = streams.stream("param:vcpus").choose((2, 2, 3))
    stream = streams.stream("param:irqs")
    lpis = draw_lpis(stream, [stream.pick(nr_vcpus) for _ in range(stream.between(1, 3))])
    others = [stream.pick(nr_vcpus) for _ in range(stream.pick(3))]
    irqs = (*lpis, *draw_spis(stream, others, level_per_cent=0))
    swarm = streams.stream("param:swarm")
    kinds = [kind for kind, per_cent in _COMMANDS.items() if swarm.chance(per_cent)] or [MOVI]
    return Parameters(
        nr_lr=streams.stream("param:nr_lr").choose((1, 1, 2, 3)),
        irqs=irqs,
        guests=tuple(
            [
                draw_commanding(streams, vcpu, nr_vcpus, kinds, lpis, _LATENESS)
                for vcpu in range(nr_vcpus)
            ]
        ),
        devices=draw_devices(streams, irqs, (2, 4), _PAUSES),
    )


SCENARIO = Scenario(
    draw=messages_redirected,
    length=260,
    executions_min=300,
    portfolio=FOR_MIGRATION,
)
