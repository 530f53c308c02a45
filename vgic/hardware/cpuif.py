# SPDX-License-Identifier: GPL-2.0-only
"""The virtual CPU interface: the hardware between list registers and guest.

What the guest's reads of IAR and writes of EOIR and DIR do to the list registers, the active
priorities and EOIcount, and when the hardware asks for a maintenance interrupt. Modelled on the
ICV_* and ICH_* register descriptions of the GICv3 architecture, with five priority bits, so 32
preemption levels, and the least urgent of them is never signalled: the mask has five bits, too.
Where the architecture leaves something open, or implementations differ, `Implementation` says which
way this one goes.
"""

from typing import NamedTuple

from vgic.hardware.list_registers import EOICOUNT_MASK, Hcr, ListRegister
from vgic.hardware.physical import PhysicalInterrupt
from vgic.hardware.vmcr import Vmcr

SPURIOUS = 1023
FIRST_SPECIAL = 1020
"""From here on INTIDs are no interrupts, up to the first LPI."""
FIRST_LPI = 8192
"""From here on they are LPIs, which have an active state in list registers alone: an end takes it
away, whatever the EOImode, and nobody counts or deactivates one that is in none."""
IDLE_PRIORITY = 0xFF
_LEVEL_SHIFT = 3


class Implementation(NamedTuple):
    """What a CPU may have or not, and do one way or the other.

    Attributes:
        has_tdir: it can trap DIR alone (ICH_VTR_EL2.TDS). One that cannot can be made to trap all
            that both groups have in common instead (ICH_HCR_EL2.TC).
        drop_counts: a write of EOIR that only drops the priority (EOImode 1) counts in EOIcount
            where the interrupt is in no list register. The register's description counts it in
            EOImode 0 alone; emulations count it in both.
        idle_end_counts: a write of EOIR that finds no active priority to drop counts what another
            would. That is CONSTRAINED UNPREDICTABLE; GICv2's text says that it does not.
        masks_running: the running priority is compared with what is pending by as many bits as the
            binary point of that one's group leaves. The active priorities are group priorities as
            they are; it matters where the groups have different binary points.
        no_hw_deactivation: an interrupt that a list register names as the physical one (HW) is not
            deactivated with it; the host does that for its guests.
    """

    has_tdir: bool = False
    drop_counts: bool = False
    idle_end_counts: bool = False
    masks_running: bool = False
    no_hw_deactivation: bool = False


PLAIN = Implementation()


class CpuInterface:
    """One vCPU's virtual CPU interface.

    Attributes:
        lrs: the hardware's list registers, as many as there are.
        hcr: the enables of the maintenance interrupt, with EOIcount.
        vmcr: what the guest has set.
        ap0r: the active priorities of group 0, bit n for level n (ICH_AP0R).
        ap1r: those of group 1 (ICH_AP1R). No level is active in both: what is acknowledged has to
            be more urgent than whatever is active.
        implementation: what this one does where it may choose.
    """

    __slots__ = ("ap0r", "ap1r", "hcr", "implementation", "lrs", "vmcr")

    def __init__(self, nr_lr: int, implementation: Implementation = PLAIN) -> None:
        self.lrs = [ListRegister() for _ in range(nr_lr)]
        self.hcr = Hcr()
        self.vmcr = Vmcr()
        self.ap0r = self.ap1r = 0
        self.implementation = implementation

    @property
    def apr(self) -> int:
        """The active priorities of both groups."""
        return self.ap0r | self.ap1r

    @property
    def running_priority(self) -> int:
        """The priority of the innermost open handler, 0xff if there is none (ICV_RPR)."""
        apr = self.ap0r | self.ap1r
        return ((apr & -apr).bit_length() - 1) << _LEVEL_SHIFT if apr else IDLE_PRIORITY

    def highest_pending(self) -> ListRegister | None:
        """Return what is signalled: what an acknowledge in its group would take; None for nothing.

        A register that is both pending and active is no candidate; ties go to the lowest index.
        """
        best: ListRegister | None = None
        enabled = self.vmcr.group_enabled
        for lr in self.lrs:
            if (
                lr.pending
                and not lr.active
                and enabled[lr.group]
                and (best is None or lr.priority < best.priority)
            ):
                best = lr
        if (
            best is None
            or best.priority >= self.vmcr.pmr
            or self.running_for(best.group) <= self.vmcr.group_priority(best.group, best.priority)
        ):
            return None
        return best

    def running_for(self, group: int) -> int:
        """Return the running priority as one of a group is compared with it."""
        running = self.running_priority
        if running == IDLE_PRIORITY or not self.implementation.masks_running:
            return running
        return self.vmcr.group_priority(group, running)

    def acknowledge(self, group: int = 1) -> int:
        """Read IAR of a group: make the best pending interrupt active; return its INTID or 1023.

        One of the other group is not taken.
        """
        lr = self.highest_pending()
        return SPURIOUS if lr is None or lr.group != group else self.take(lr)

    def take(self, lr: ListRegister) -> int:
        """Acknowledge what is signalled, by a read of IAR of its group; return its INTID."""
        lr.pending = False
        if lr.intid < FIRST_SPECIAL or lr.intid >= FIRST_LPI:
            lr.active = True
            level = 1 << (self.vmcr.group_priority(lr.group, lr.priority) >> _LEVEL_SHIFT)
            if lr.group:
                self.ap1r |= level
            else:
                self.ap0r |= level
        return lr.intid

    def end_of_interrupt(self, intid: int, group: int = 1) -> None:
        """Write EOIR of a group: drop the running priority and, with EOImode 0, deactivate.

        An interrupt in no list register is only counted. One whose group or group priority is not
        what was dropped stays active: the guest has ended another.
        """
        if intid >= FIRST_SPECIAL and intid < FIRST_LPI:
            return
        ap0r, ap1r = self.ap0r, self.ap1r
        if not (ap0r or ap1r or self.implementation.idle_end_counts):
            return
        dropped, of_group = self.running_priority, 1
        if ap0r and (not ap1r or ap0r & -ap0r < ap1r & -ap1r):
            of_group = 0
            self.ap0r = ap0r & (ap0r - 1)
        else:
            self.ap1r = ap1r & (ap1r - 1)
        drops_only = self.vmcr.eoi_drops_only and intid < FIRST_LPI
        for lr in self.lrs:
            if lr.active and lr.intid == intid:
                if (
                    not drops_only
                    and lr.group == group == of_group
                    and self.vmcr.group_priority(group, lr.priority) == dropped
                ):
                    lr.active = False
                    if lr.hw is not None:
                        self._deactivate_physical(lr.hw)
                return
        if (not drops_only or self.implementation.drop_counts) and intid < FIRST_LPI:
            self._count()

    def deactivate(self, intid: int) -> None:
        """Write DIR, which nobody traps: deactivate an interrupt, or count one that is nowhere.

        With EOImode 0 it does nothing: the end has deactivated.
        """
        if self.vmcr.eoi_drops_only and intid < FIRST_SPECIAL and not self.deactivate_in_lr(intid):
            self._count()

    def deactivate_in_lr(self, intid: int) -> bool:
        """Deactivate an interrupt if a list register has it active; return whether one had."""
        for lr in self.lrs:
            if lr.active and lr.intid == intid:
                lr.active = False
                if lr.hw is not None:
                    self._deactivate_physical(lr.hw)
                return True
        return False

    def _deactivate_physical(self, physical: PhysicalInterrupt) -> None:
        if not self.implementation.no_hw_deactivation:
            physical.deactivate()

    def _count(self) -> None:
        self.hcr.eoicount = (self.hcr.eoicount + 1) & EOICOUNT_MASK

    def maintenance(self) -> bool:
        """Tell whether a maintenance interrupt is asserted (ICH_MISR_EL2 is not zero)."""
        hcr = self.hcr
        if hcr.lrenpie and hcr.eoicount:
            return True
        used = waiting = 0
        for lr in self.lrs:
            if lr.pending:
                used += 1
                waiting += not lr.active
            elif lr.active:
                used += 1
            elif lr.eoi:
                return True
        if (hcr.uie and used <= 1) or (hcr.npie and not waiting):
            return True
        enabled = self.vmcr.group_enabled
        return (hcr.grp_enabled_ie if enabled[0] else hcr.grp_disabled_ie)[0] or (
            hcr.grp_enabled_ie if enabled[1] else hcr.grp_disabled_ie
        )[1]

    def misr(self) -> tuple[str, ...]:
        """Return for which reasons a maintenance interrupt is asserted (ICH_MISR_EL2).

        For a reader of a recorded execution; the guest asks `maintenance`.
        """
        hcr, used = self.hcr, [lr for lr in self.lrs if lr.pending or lr.active]
        enabled = self.vmcr.group_enabled
        reasons = {
            "EOI": any(lr.eoi and not (lr.pending or lr.active) for lr in self.lrs),
            "U": hcr.uie and len(used) <= 1,
            "LRENP": hcr.lrenpie and hcr.eoicount > 0,
            "NP": hcr.npie and not any(lr.pending and not lr.active for lr in used),
        }
        for group in (0, 1):
            reasons[f"VGrp{group}E"] = hcr.grp_enabled_ie[group] and enabled[group]
            reasons[f"VGrp{group}D"] = hcr.grp_disabled_ie[group] and not enabled[group]
        return tuple(name for name, asserted in reasons.items() if asserted)
