# SPDX-License-Identifier: GPL-2.0-only
"""What is shown of each kind of object, as values; the class of the fields is the kind.

They are put into words where they are shown (stress/explaining/words.py).
"""

from typing import NamedTuple

from vgic.data import Mode


class ModeState(NamedTuple):
    """Where a vCPU is."""

    mode: Mode


class CellState(NamedTuple):
    """A shared word of any other meaning."""

    value: object


def rows_of(value: object) -> list[tuple[object, ...]]:
    """Return what is in a shared word as rows: one of one word, if it is no tuple."""
    rows = value if type(value) is tuple else (value,)
    return [row if type(row) is tuple else (row,) for row in rows]


class RequestsState(NamedTuple):
    """What is requested of a vCPU: a word of bits."""

    bits: int


class IpiState(NamedTuple):
    """Whether an interrupt of a physical CPU is pending."""

    pending: bool


class PhysicalState(NamedTuple):
    """A physical interrupt that a virtual one is mapped to.

    Attributes:
        line: the output of its device.
        active: it was taken, and not deactivated since.
    """

    line: bool
    active: bool


class LockState(NamedTuple):
    """Who holds a lock: the role of a thread, None if nobody does."""

    holder: str | None


class Links(NamedTuple):
    """Where the head of a list leads.

    Attributes:
        entries: the entries it leads through, an interrupt by its INTID.
        astray: the name of what it leads to instead of back to the head, "" if it leads back.
        endless: it leads round and round, and never back to the head.
    """

    entries: tuple[object, ...]
    astray: str = ""
    endless: bool = False


class ListState(NamedTuple):
    """A list, as its links are."""

    links: Links


class Lr(NamedTuple):
    """A list register that is not invalid.

    Attributes:
        intid: the virtual INTID.
        pending: the P bit of its state.
        active: the A bit of its state.
        source: the vCPU that has sent it, of an SGI of GICv2 alone.
    """

    intid: int
    pending: bool
    active: bool
    source: int | None = None


class ShadowLrs(NamedTuple):
    """The list registers that the host has prepared or saved, as far as they are used."""

    registers: tuple[Lr, ...]


class ShadowHcr(NamedTuple):
    """What the host has prepared or saved of ICH_HCR.

    Attributes:
        eoicount: EOIcount.
        enables: the conditions that are to raise a maintenance interrupt, of those that change.
    """

    eoicount: int
    enables: tuple[str, ...]


class HardwareLrs(NamedTuple):
    """The list registers of a physical CPU."""

    registers: tuple[Lr, ...]


class HardwareHcr(NamedTuple):
    """The EOIcount of a physical CPU."""

    eoicount: int


class HardwareMisr(NamedTuple):
    """Why a physical CPU asks for a maintenance interrupt: the bits of ICH_MISR that are set."""

    reasons: tuple[str, ...]


class GuestState(NamedTuple):
    """What a guest has acknowledged and not ended: INTIDs, outermost first."""

    handles: tuple[int, ...]


class IrqState(NamedTuple):
    """An interrupt: the fields of struct vgic_irq that a reader follows.

    `line_level` is None for an edge-triggered interrupt, `sources` for all but an SGI of GICv2;
    vCPUs go by their names, those among the sources by their numbers.
    """

    pending_latch: bool
    line_level: bool | None
    active: bool
    enabled: bool
    on_lr: bool
    vcpu: str | None
    target_vcpu: str | None
    priority: int
    sources: tuple[int, ...] | None = None
