# SPDX-License-Identifier: GPL-2.0-only
"""Nobody goes round in circles: prune ends, and a guest gets to act: I21, I24."""

from vgic.data import Kvm, Vcpu
from vgic.judging.judge import Judge, fail
from vgic.judging.rings import Entries, entries_of

RETRIES_MAX = 100

ENTRIES_MAX = 64
"""More than all devices and guests of a scenario together can ask for exits."""


class Progress(Judge):
    """Counts what each vCPU has done over and over in vain."""

    def __init__(self, kvm: Kvm, *, breaks_rings: bool = False) -> None:
        """Begin to listen.

        Args:
            kvm: the VM.
            breaks_rings: its lists are known to be no rings while they are split.
        """
        super().__init__(kvm)
        self._members = entries_of(breaks_rings=breaks_rings)
        count = len(kvm.vcpus)
        self._prunes_in_vain = [0] * count
        self._entered_at = [-1] * count
        self._barren_entries = [0] * count
        self._states: list[object] = [None] * count

    def entered(self, vcpu: int) -> None:
        """Remember how far the vCPU's thread had come."""
        self._entered_at[vcpu] = self._kvm.scheduler.ops
        self._prunes_in_vain[vcpu] = 0

    def turned_back(self, vcpu: int) -> None:
        """Count an entry that was not tried."""
        self._came_to_nothing(vcpu)

    def aborted(self, vcpu: int) -> None:
        """Count an entry that came to nothing."""
        self._prunes_in_vain[vcpu] = 0
        self._came_to_nothing(vcpu)

    def exited(self, vcpu: int) -> None:
        """Count an entry in which the guest has done nothing."""
        if self._kvm.scheduler.ops == self._entered_at[vcpu]:
            self._came_to_nothing(vcpu)
        elif self._barren_entries[vcpu]:
            self._barren_entries[vcpu] = 0

    def prune_restarted(self, vcpu: int, moved: bool) -> None:
        """Count a prune that starts again without having moved anything."""
        self._prunes_in_vain[vcpu] = 0 if moved else self._prunes_in_vain[vcpu] + 1
        prune_ends(self._kvm, self._kvm.vcpus[vcpu], self._prunes_in_vain[vcpu])

    def _came_to_nothing(self, vcpu: int) -> None:
        entries = self._barren_entries[vcpu] + 1
        half = ENTRIES_MAX // 2
        if entries % half == 0:
            here, before = self._kvm.vcpus[vcpu], self._states[vcpu]
            self._states[vcpu] = state = _state(here, self._members)
            exits_for_a_reason(self._kvm, here, entries, state, before)
            entries = half
        self._barren_entries[vcpu] = entries


def _state(vcpu: Vcpu, members: Entries) -> object:
    """Return what can only be the same twice if nothing has changed for the guest."""
    vgic_cpu, cpuif = vcpu.vgic_cpu, vcpu.cpuif
    lists = (vgic_cpu.ap_list_head, vgic_cpu.overflow_ap_list_head)
    return (
        [str(lr) for lr in vgic_cpu.vgic_lr[: vgic_cpu.used_lrs]],
        [[irq.name for irq in members(each)] for each in lists],
        (cpuif.apr, cpuif.vmcr.pmr, cpuif.vmcr.group_enabled),
    )


def prune_ends(kvm: Kvm, vcpu: Vcpu, in_vain: int) -> None:
    """I21: prune starts again only because it has moved something or something has changed.

    Locks: none needed: the count is the judge's own.

    Args:
        kvm: the VM.
        vcpu: the vCPU that prunes.
        in_vain: how many times in a row it has started again without having moved anything. As
            many interrupts as there are may have to be moved, and each may come back.
    """
    if in_vain > RETRIES_MAX:
        fail(
            kvm,
            "I21 prune does not end",
            f"{vcpu} has started to prune {in_vain} times in a row and moved nothing",
            "vgic_prune_ap_list",
        )


def exits_for_a_reason(kvm: Kvm, vcpu: Vcpu, entries: int, state: object, before: object) -> None:
    """I24: a vCPU whose guest gets to do nothing is not made to exit over and over for the same.

    Locks: none needed in the vCPU's own thread.

    Args:
        kvm: the VM.
        vcpu: the vCPU, which has just been made to leave, before it syncs.
        entries: how many entries in a row its guest has done nothing in.
        state: what its lists, registers and guest look like now.
        before: what they looked like half as many entries ago.
    """
    if entries == ENTRIES_MAX and state == before:
        fail(
            kvm,
            "I24 exit storm",
            f"{vcpu} has entered {entries} times in a row and its guest did nothing, with the "
            f"same list registers: {why_it_exits(vcpu)}",
            "kvm_arch_vcpu_ioctl_run",
        )


def why_it_exits(vcpu: Vcpu) -> str:
    """Name what makes the vCPU leave its guest."""
    hcr = vcpu.cpuif.hcr
    reasons = {
        "a request is pending": vcpu.requests.bits != 0,
        "an IPI is pending": not vcpu.ipi.shut,
        "underflow is enabled (UIE)": hcr.uie,
        "no pending is enabled (NPIE)": hcr.npie,
        "a count is enabled (LRENPIE)": hcr.lrenpie and hcr.eoicount > 0,
        "a group's state is (VGRPxIE)": any((*hcr.grp_enabled_ie, *hcr.grp_disabled_ie)),
        "an empty list register asks for it (EOI)": any(lr.eoi for lr in vcpu.cpuif.lrs),
    }
    return ", ".join(reason for reason, holds in reasons.items() if holds)
