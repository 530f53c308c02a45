# SPDX-License-Identifier: GPL-2.0-only
"""Whole machines, drawn by Hypothesis: valid as they are drawn, and small ones first.

Each machine leaves out some of what guests can do, as the scenario random_program does: one that
does everything does little of anything.
"""

from collections.abc import Iterable

from hypothesis import strategies as st

from stress.hypothesis.interrupts import PRIORITIES, device_interrupts
from stress.hypothesis.programs import DEEDS, device_programs, guest_programs
from vgic import Irq, Parameters
from vgic.accesses import ROUTE, SGI
from vgic.data import EDGE, Program

_NR_LR = st.sampled_from((1, 1, 1, 2, 2, 3, 4, 16))
_NR_VCPUS = st.sampled_from((1, 2, 2, 2, 3))
_DEEDS = st.tuples(
    st.sampled_from(("", ROUTE, ROUTE)),
    st.sampled_from(("", *(deed for deed in DEEDS if deed != ROUTE))),
)
"""Most machines route, which is what moves interrupts from one vCPU to another; few do all."""
_TWO_DEVICES = st.booleans()
_PRIORITY = st.sampled_from(PRIORITIES)


@st.composite
def machines(draw: st.DrawFn) -> Parameters:
    """Draw a machine: list registers, interrupts, what guests and devices do.

    It shrinks towards one vCPU with one list register, whose guest only serves what comes, one
    interrupt, and one device that sends it once.
    """
    nr_vcpus, nr_lr, deeds = draw(_NR_VCPUS), draw(_NR_LR), draw(_DEEDS)
    irqs = draw(device_interrupts(nr_vcpus))
    guests = tuple(
        draw(guest_programs(irqs, vcpu=vcpu, nr_vcpus=nr_vcpus, deeds=deeds))
        for vcpu in range(nr_vcpus)
    )
    device = device_programs(irqs)
    devices = (draw(device), draw(device)) if draw(_TWO_DEVICES) else (draw(device),)
    sgis = [Irq(intid, EDGE, draw(_PRIORITY), vcpu) for vcpu, intid in _sent(guests)]
    return Parameters(nr_lr, (*irqs, *sgis), guests, devices)


def _sent(guests: Iterable[Program]) -> list[tuple[int, int]]:
    """Return the SGIs that somebody sends, each by vCPU and INTID."""
    accesses = [access for guest in guests for access in guest.accesses]
    return sorted({(access.value, access.intid) for access in accesses if access.kind == SGI})
