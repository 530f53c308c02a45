# SPDX-License-Identifier: GPL-2.0-only
"""Interrupts by their number: which are private, how they are triggered, what reports call them."""

from enum import Enum

from vgic.hardware import FIRST_LPI

FIRST_PPI = 16
FIRST_SPI = 32
LAST_SPI = 1019
LAST_LPI = FIRST_LPI + 255
"""As many as a machine can have interrupts; hardware has thousands."""


class Config(Enum):
    """How an interrupt is triggered (VGIC_CONFIG_EDGE, VGIC_CONFIG_LEVEL)."""

    EDGE = "edge"
    LEVEL = "level"


EDGE, LEVEL = Config
"""By themselves: reaching into an Enum costs more than what is done with it."""


def is_sgi(intid: int) -> bool:
    """Tell whether that is a software-generated interrupt."""
    return intid < FIRST_PPI


def is_private(intid: int) -> bool:
    """Tell whether each vCPU has an interrupt of its own with this INTID (SGIs and PPIs)."""
    return intid < FIRST_SPI


def is_lpi(intid: int) -> bool:
    """Tell whether that is an LPI: an edge behind an ITS, whose memory can be freed."""
    return intid >= FIRST_LPI


def irq_key(intid: int, vcpu: int) -> tuple[int, int]:
    """Return which interrupt of a VM that is: its INTID, and the vCPU of a private one, else 0."""
    return intid, vcpu if is_private(intid) else 0


def irq_name(intid: int, vcpu_id: int) -> str:
    """Return what reports call an interrupt, with its vCPU where it is private."""
    if not is_private(intid):
        return f"{'lpi' if is_lpi(intid) else 'spi'} {intid}"
    return f"{'sgi' if is_sgi(intid) else 'ppi'} {intid} of vcpu {vcpu_id}"
