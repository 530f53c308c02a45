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
        Differs: EOImode 0 only, so DIR is never trapped; no direct SGIs.
        """
        enabled = vcpu.cpuif.vmcr.group_enabled
        hcr = vcpu.vgic_cpu.vgic_hcr
        hcr.uie = outside = summary.outside
        hcr.npie = summary.pending_outside
        # Pending ones go first, so an active one may be outside as soon as anything is.
        hcr.lrenpie = outside and summary.nr_act > 0
        hcr.grp_enabled_ie = (not enabled[0], not enabled[1])
        hcr.grp_disabled_ie = enabled
        hcr.eoicount = 0
