# SPDX-License-Identifier: GPL-2.0-only
"""events_remapped: see the scenario's own docstring."""

from harness import Streams
from stress.scenarios.drawing import draw_commanding, draw_devices, draw_lpis
from stress.scenarios.portfolios import FOR_MIGRATION
from stress.scenarios.scenario import Scenario
from vgic import Parameters
from vgic.accesses import (
    CLEAR,
    DISCARD,
    INT,
    INV,
    INVALL,
    LPIS_OFF,
    LPIS_ON,
    MAPC,
    MAPC_OFF,
    MAPD,
    MAPD_OFF,
    MAPI,
    MAPTI,
    MOVALL,
    MOVI,
    MSI,
)

_LATENESS = (0, 0, 1, 3)
_PAUSES = (0, 0, 2, 6)
COMMANDS = {
    MSI: 50, INT: 40, MAPI: 60, MAPTI: 40, DISCARD: 50, MAPD: 20, MAPD_OFF: 20, MAPC: 40,
    MAPC_OFF: 20, MOVI: 40, MOVALL: 50, CLEAR: 30, INV: 30, INVALL: 20, LPIS_OFF: 15, LPIS_ON: 15,
}  # fmt: skip
"""What guests access, in how many of a hundred executions."""


def events_remapped(streams: Streams) -> Parameters:
    """Guests have an ITS map events, devices and collections anew while devices send.

    Result: Never

    Commands are carried out one at a time, under the lock of the ITS; messages that are translated
    already, and what is on lists or in list registers, go on meanwhile. An LPI whose event is
    discarded lives on for as long as it is on a list, and may be mapped again by then: it is the
    same one, and goes where its event goes now. One that nobody has a reference to and that is
    still to be released is replaced. What is moved all at once is what goes to one vCPU, while no
    guest runs; and no LPI is mapped by two events.
    """
    nr_vcpus = streams.stream("param:vcpus").choose((2, 2, 3))
    stream = streams.stream("param:irqs")
    lpis = draw_lpis(stream, [stream.pick(nr_vcpus) for _ in range(stream.between(2, 3))])
    swarm = streams.stream("param:swarm")
    kinds = [kind for kind, per_cent in COMMANDS.items() if swarm.chance(per_cent)] or [MOVALL]
    return Parameters(
        nr_lr=streams.stream("param:nr_lr").choose((1, 1, 2, 3)),
        irqs=lpis,
        guests=tuple(
            [
                draw_commanding(streams, vcpu, nr_vcpus, kinds, lpis, _LATENESS)
                for vcpu in range(nr_vcpus)
            ]
        ),
        devices=draw_devices(streams, lpis, (2, 4), _PAUSES),
    )


SCENARIO = Scenario(
    draw=events_remapped,
    length=280,
    executions_min=300,
    portfolio=FOR_MIGRATION,
)
