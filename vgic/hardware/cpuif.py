# SPDX-License-Identifier: GPL-2.0-only
"""The virtual CPU interface: the hardware between list registers and guest.

What the guest's reads of IAR and writes of EOIR do to the list registers, the active priorities
and EOIcount, and when the hardware asks for a maintenance interrupt. EOImode is 0: one write both
drops the priority and deactivates. Modelled on the ICV_* and ICH_* register descriptions of the
GICv3 architecture, with five priority bits, so 32 preemption levels, and the least urgent of them
is never signalled: the mask has five bits, too. Both groups are acknowledged and ended through one
pair of registers; no guest here writes its mask or its group enables.
"""

from vgic.hardware.list_registers import EOICOUNT_MASK, PRIORITY_MASK, Hcr, ListRegister, Vmcr

SPURIOUS = 1023
IDLE_PRIORITY = 0xFF
_LEVEL_SHIFT = 3


class CpuInterface:
    """One vCPU's virtual CPU interface.

    Attributes:
        lrs: the hardware's list registers, as many as there are.
        hcr: the enables of the maintenance interrupt, with EOIcount.
        vmcr: the guest's mask and group enables.
        apr: the active priorities, bit n for level n (ICH_AP0R, ICH_AP1R taken as one).
    """

    __slots__ = ("apr", "hcr", "lrs", "vmcr")

    def __init__(self, nr_lr: int) -> None:
        self.lrs = [ListRegister() for _ in range(nr_lr)]
        self.hcr = Hcr()
        self.vmcr = Vmcr()
        self.apr = 0

    @property
    def running_priority(self) -> int:
        """The priority of the innermost open handler, 0xff if there is none (ICV_RPR)."""
        if not self.apr:
            return IDLE_PRIORITY
        return ((self.apr & -self.apr).bit_length() - 1) << _LEVEL_SHIFT

    def highest_pending(self) -> ListRegister | None:
        """Return what an acknowledge would take now, None for spurious.

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
            or self.running_priority <= best.priority & PRIORITY_MASK
        ):
            return None
        return best

    def acknowledge(self) -> int:
        """Read IAR: make the best pending interrupt active; return its INTID or 1023."""
        lr = self.highest_pending()
        if lr is None:
            return SPURIOUS
        lr.pending, lr.active = False, True
        self.apr |= 1 << (lr.priority >> _LEVEL_SHIFT)
        return lr.intid

    def end_of_interrupt(self, intid: int) -> None:
        """Write EOIR: drop the running priority and deactivate the interrupt.

        An interrupt in no list register is only counted. A write that finds no active priority
        to drop changes nothing: whether EOIcount moves is then unpredictable by the architecture.
        """
        if not self.apr:
            return
        dropped = self.running_priority
        self.apr &= self.apr - 1
        for lr in self.lrs:
            if lr.active and lr.intid == intid:
                if lr.priority & PRIORITY_MASK == dropped:
                    lr.active = False
                return
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
