# SPDX-License-Identifier: GPL-2.0-only
"""List registers and the maintenance control word, as values.

The shadow copies that the host prepares and the hardware's own are of the same shape; loading and
saving copies from one to the other.
"""

from functools import cache

from vgic.hardware.physical import PhysicalInterrupt

PRIORITY_MASK = 0xF8
"""The bits of a priority byte that are implemented, which leave 32 preemption levels."""

PRIORITY_SIGNALLED_MAX = 0xF0
"""The least urgent priority that a guest can be given: an open mask lets in what is below it."""

EOICOUNT_MASK = 31
"""ICH_HCR_EL2.EOIcount has five bits and wraps."""


class ListRegister:
    """One list register (ICH_LR<n>_EL2), field by field.

    Attributes:
        intid: the virtual INTID; stale while the state is invalid.
        pending: the P bit of the state.
        active: the A bit of the state. With neither bit the state is invalid.
        eoi: deactivating it raises a maintenance interrupt.
        hw: the physical interrupt that is deactivated with it, None where none is named.
        group: 0 or 1.
        priority: as in the interrupt.
        source: the vCPU that has sent an SGI, in those of GICv2 (v2_registers.py); else 0.
    """

    __slots__ = ("active", "eoi", "group", "hw", "intid", "pending", "priority")
    source: int = 0

    def __init__(
        self,
        intid: int = 0,
        pending: bool = False,
        active: bool = False,
        eoi: bool = False,
        group: int = 0,
        priority: int = 0,
    ) -> None:
        self.intid = intid
        self.pending = pending
        self.active = active
        self.eoi = eoi
        self.group = group
        self.priority = priority
        self.hw: PhysicalInterrupt | None = None

    def clear(self) -> None:
        """Make it what it was out of reset."""
        self.intid = self.group = self.priority = 0
        self.pending = self.active = self.eoi = False
        self.hw = None

    def load(self, other: "ListRegister") -> None:
        """Take over the contents of another register."""
        self.intid, self.group, self.priority = other.intid, other.group, other.priority
        self.pending, self.active, self.eoi = other.pending, other.active, other.eoi
        self.hw = other.hw

    def __str__(self) -> str:
        return _text(self.intid, self.pending, self.active)


@cache
def _text(intid: int, pending: bool, active: bool) -> str:
    state = ("P" if pending else "") + ("A" if active else "")
    return f"{intid}:{state or 'invalid'}"


class Hcr:
    """The enables of the maintenance interrupt, the trap of DIR, and EOIcount (ICH_HCR_EL2).

    Attributes:
        uie: underflow: at most one list register is valid.
        lrenpie: an interrupt in no list register was deactivated.
        npie: no list register is pending.
        grp_enabled_ie: per group: the guest has enabled it.
        grp_disabled_ie: per group: the guest has disabled it.
        tdir: a write of DIR is trapped.
        eoicount: deactivations of interrupts in no list register, modulo 32.
    """

    __slots__ = ("eoicount", "grp_disabled_ie", "grp_enabled_ie", "lrenpie", "npie", "tdir", "uie")

    def __init__(
        self,
        *,
        uie: bool = False,
        lrenpie: bool = False,
        npie: bool = False,
        grp_enabled_ie: tuple[bool, bool] = (False, False),
        grp_disabled_ie: tuple[bool, bool] = (False, False),
        tdir: bool = False,
    ) -> None:
        self.uie = uie
        self.lrenpie = lrenpie
        self.npie = npie
        self.grp_enabled_ie = grp_enabled_ie
        self.grp_disabled_ie = grp_disabled_ie
        self.tdir = tdir
        self.eoicount = 0

    def clear(self) -> None:
        """Make it what it was out of reset."""
        self.uie = self.lrenpie = self.npie = self.tdir = False
        self.grp_enabled_ie = self.grp_disabled_ie = (False, False)
        self.eoicount = 0

    def load(self, other: "Hcr") -> None:
        """Take over the contents of another word."""
        self.uie, self.lrenpie, self.npie = other.uie, other.lrenpie, other.npie
        self.tdir = other.tdir
        self.grp_enabled_ie, self.grp_disabled_ie = other.grp_enabled_ie, other.grp_disabled_ie
        self.eoicount = other.eoicount
