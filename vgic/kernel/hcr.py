# SPDX-License-Identifier: GPL-2.0-only
"""Which conditions are to raise a maintenance interrupt while the guest runs."""

from vgic.data import Vcpu
from vgic.kernel.summary import ApListSummary
from vgic.kernel.table import Kernel


class ConfigureHcr(Kernel):
    """vgic-v3.c: vgic_v3_configure_hcr."""

    def vgic_v3_configure_hcr(self, vcpu: Vcpu, summary: ApListSummary) -> None:
        """Set the enables of the maintenance interrupt afresh, which also clears EOIcount.

        Models: vgic-v3.c, vgic_v3_configure_hcr.
        Locking: called with interrupts off, from the vCPU's own thread, which alone touches it.
        Differs: no direct SGIs.
        """
        enabled = vcpu.cpuif.vmcr.group_enabled
        hcr = vcpu.vgic_cpu.vgic_hcr
        hcr.uie = summary.outside
        hcr.npie = summary.pending_outside
        hcr.lrenpie = summary.active_outside
        hcr.grp_enabled_ie = (not enabled[0], not enabled[1])
        hcr.grp_disabled_ie = enabled
        hcr.eoicount = 0
        hcr.tdir = self.traps_dir(vcpu, summary)

    def traps_dir(self, vcpu: Vcpu, summary: ApListSummary) -> bool:
        """Say whether the guest's writes of DIR are trapped, whatever its EOImode is by now.

        Always: what is active in no list register, or in one of another vCPU, is not known for as
        long as the guest runs. The summary may not have foreseen what is left outside, and a shared
        interrupt may become active elsewhere at any time (docs/findings.md, F5).

        Models: vgic-v3.c, vgic_v3_configure_hcr, where a count of shared interrupts decides.
        Locking: called with interrupts off, from the vCPU's own thread.

        Decision: when DIR is trapped.
        """
        return True
