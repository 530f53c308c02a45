# SPDX-License-Identifier: GPL-2.0-only
"""kvm-unit-tests, arm/gic.c: SGIs between CPUs, an end by ICACTIVER, and what an ITS is told.

Left out is what reads registers that are not modelled (mmio, its-introspection) or goes through a
migration of the machine (its-migration, its-pending-migration).
"""

from stress.plays import Play
from stress.upstream.writing import Guest, play_of
from vgic import Irq
from vgic.accesses import (
    DEACTIVATE,
    DISCARD,
    INT,
    INV,
    INVALL,
    MAPC,
    MAPC_OFF,
    MAPD_OFF,
    MAPI,
    SGI,
    SGI_LIST,
    SGI_OTHERS,
)
from vgic.data import EDGE, FIRST_LPI

_SGI = 1
_SENDER = 1
_ENABLED, _DISABLED = 0xA1, 0xA0


def ipi(vcpus: int) -> Play:
    """CPU 1 sends an SGI to itself, to every other CPU, and to all but itself; each comes once."""
    guests = [Guest(vcpu) for vcpu in range(vcpus)]
    irqs = [Irq(_SGI, EDGE, 0xA0, vcpu) for vcpu in range(vcpus)]
    sends = {
        0: ((SGI, _SENDER), {_SENDER}),
        1: ((SGI_LIST, sum(1 << vcpu for vcpu in range(0, vcpus, 2))), set(range(0, vcpus, 2))),
        2: ((SGI_OTHERS, 0), set(range(vcpus)) - {_SENDER}),
    }
    for number, ((kind, value), targets) in sends.items():
        sent, cells = 1 + number * (vcpus + 1), range(2 + number * (vcpus + 1), 64)
        guests[_SENDER].accesses(kind, _SGI, value)
        guests[_SENDER].signals(sent)
        for guest in guests:
            if guest.vcpu != _SENDER:
                guest.awaits(sent)
                guest.exits()
            if guest.vcpu in targets:
                guest.acknowledges(_SGI)
                guest.ends()
            guest.finds_nothing()
            guest.signals(cells[guest.vcpu])
        # What is sent next is sent when everybody has looked.
        for guest in guests:
            guests[_SENDER].awaits(cells[guest.vcpu])
    return play_of(f"ipi_{vcpus}", "SGIs to oneself, to some, to all others", 4, irqs, guests)


def active() -> Play:
    """A handler is over by a write of ICACTIVER; the SGI has come once."""
    guest = Guest(0)
    guest.accesses(SGI, _SGI, 0)
    guest.acknowledges(_SGI)
    guest.is_active(_SGI, active=True)
    guest.accesses(DEACTIVATE, _SGI, 0)
    guest.is_active(_SGI, active=False)
    guest.ends()
    guest.finds_nothing()
    irqs = [Irq(_SGI, EDGE, 0xA0, 0)]
    return play_of("active", "ICACTIVER in place of an end", 4, irqs, [guest])


def its_trigger() -> Play:
    """An LPI comes by INT, not while it is disabled, once it is enabled again, and not unmapped."""
    first, second, guest, other = FIRST_LPI, FIRST_LPI + 4, Guest(0), Guest(1)
    irqs = [Irq(first, EDGE, 0xA0, 0), Irq(second, EDGE, 0xA0, 1)]

    def comes() -> None:
        guest.accesses(INT, first)
        guest.acknowledges(first)
        guest.ends()

    comes()
    guest.accesses(INT, second)
    guest.signals(0)
    other.awaits(0)
    other.exits()
    other.acknowledges(second)
    other.ends()
    guest.accesses(INV, first, _DISABLED)
    guest.accesses(INT, first)
    guest.finds_nothing()
    guest.accesses(INV, first, _ENABLED)
    guest.acknowledges(first)
    guest.ends()
    comes()
    guest.accesses(MAPD_OFF, first)
    guest.accesses(INT, first)
    guest.finds_nothing()
    return play_of("its_trigger", "LPIs by INT, INV and MAPD", 4, irqs, [guest, other])


def its_unmapped_collection() -> Play:
    """An LPI of a collection that is mapped to none comes once that is mapped."""
    lpi, guest = FIRST_LPI, Guest(0)
    irqs = [Irq(lpi, EDGE, 0xA0, 0)]
    guest.accesses(DISCARD, lpi)
    guest.accesses(MAPC_OFF, 0, 0)
    guest.accesses(MAPI, lpi, 0)
    guest.accesses(INT, lpi)
    guest.finds_nothing()
    guest.accesses(MAPC, 0, 0)
    guest.accesses(INVALL, 0, 0)
    guest.accesses(INT, lpi)
    guest.acknowledges(lpi)
    guest.ends()
    return play_of("its_unmapped_collection", "a collection is mapped late", 4, irqs, [guest])
