# SPDX-License-Identifier: GPL-2.0-only
"""Interrupts, drawn by Hypothesis: what can be pending, how urgent it is, and whose it is."""

from functools import cache

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from vgic import Irq
from vgic.data import EDGE, FIRST_PPI, FIRST_SPI, LEVEL

SGIS = (0, 5)
PRIORITIES = (0x80, 0x40, 0xC0, 0x00, 0x20, 0x60, 0xA0, 0xE0)
"""Few levels, so that two interrupts are often equally urgent; the usual one first."""

_PPI = FIRST_PPI + 11
"""The private interrupt that is drawn: that of the virtual timer."""
_SPIS_MAX = 6
_TRIGGERS = (EDGE, EDGE, LEVEL)


def interrupts(nr_vcpus: int = 2) -> SearchStrategy[Irq]:
    """Draw one interrupt of any kind: an SPI, a PPI or an SGI.

    It shrinks towards SPI 32, triggered by an edge, of priority 0x80, routed to vCPU 0.

    Args:
        nr_vcpus: how many vCPUs there are that it may belong to.
    """
    devices = st.sampled_from((*range(FIRST_SPI, FIRST_SPI + _SPIS_MAX), _PPI))
    return st.one_of(
        st.builds(Irq._replace, _looks(nr_vcpus), intid=devices),
        st.builds(
            Irq._replace, _looks(nr_vcpus), intid=st.sampled_from(SGIS), config=st.just(EDGE)
        ),
    )


@cache
def device_interrupts(nr_vcpus: int) -> SearchStrategy[tuple[Irq, ...]]:
    """Draw one to six SPIs, numbered from 32, and now and then the timer of some vCPU."""
    spis = st.lists(_looks(nr_vcpus), min_size=1, max_size=_SPIS_MAX)
    none = st.just(tuple[Irq, ...]())
    timer = _looks(nr_vcpus).map(lambda irq: (irq._replace(intid=_PPI),))
    return st.tuples(spis, none | none | none | timer, st.booleans()).map(
        lambda drawn: (*_numbered(drawn[0], rising=drawn[2]), *drawn[1])
    )


def _numbered(spis: list[Irq], *, rising: bool) -> list[Irq]:
    """Number them; where urgency rises with the number, handlers nest deeply."""
    if rising:
        spis = sorted(spis, key=lambda irq: -irq.priority)
    return [irq._replace(intid=intid) for intid, irq in enumerate(spis, FIRST_SPI)]


@cache
def _looks(nr_vcpus: int) -> SearchStrategy[Irq]:
    """Draw all of an interrupt but its INTID; the first vCPU has most, so that it overflows."""
    vcpus = st.sampled_from((0, 0, *range(nr_vcpus)))
    return st.tuples(st.sampled_from(_TRIGGERS), st.sampled_from(PRIORITIES), vcpus).map(
        lambda look: Irq(FIRST_SPI, *look)
    )
