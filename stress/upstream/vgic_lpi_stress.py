# SPDX-License-Identifier: GPL-2.0-only
"""tools/testing/selftests/kvm/arm64/vgic_lpi_stress.c: devices send messages as fast as they can.

Each device has events, whose LPIs go to the vCPUs in turn; guests acknowledge and end what comes.
The selftest counts nothing; here a message that is lost is.
"""

from itertools import cycle

from stress.plays import Play
from stress.upstream.writing import Guest, play_of
from vgic import Irq
from vgic.accesses import MOVI
from vgic.data import EDGE, FIRST_LPI, Pulse


def messages(vcpus: int, devices: int, events: int, iterations: int, *, moved: bool) -> Play:
    """Return one run.

    Args:
        vcpus: how many vCPUs (-v).
        devices: how many devices (-d).
        events: how many events each has (-e).
        iterations: how often each sends all of its own (-i).
        moved: a guest moves each event to the next vCPU meanwhile, which the selftest does not.
    """
    targets = cycle(range(vcpus))
    lpis = [
        [Irq(first + event, EDGE, 0xA0, next(targets)) for event in range(events)]
        for first in range(FIRST_LPI, FIRST_LPI + devices * events, events)
    ]
    pulses = [
        tuple(Pulse(lpi.intid, True, 0, 0) for _ in range(iterations) for lpi in of_device)
        for of_device in lpis
    ]
    guests = [Guest(vcpu) for vcpu in range(vcpus)]
    if moved:
        for of_device in lpis:
            for lpi in of_device:
                guests[0].accesses(MOVI, lpi.intid, (lpi.vcpu + 1) % vcpus)
    more = "_moved" if moved else ""
    name = f"messages_{vcpus}_{devices}_{events}_{iterations}{more}"
    every = [lpi for of_device in lpis for lpi in of_device]
    return play_of(name, "devices send messages", 4, every, guests, pulses)
