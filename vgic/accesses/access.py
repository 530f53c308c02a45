# SPDX-License-Identifier: GPL-2.0-only
"""One access, as a value: what programs hold, tokens carry, and guests exit for."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from vgic.accesses import (
    clear,
    device,
    discard,
    exit_count,
    gicd_ctlr,
    gicd_sgir,
    gicd_sgir_others,
    gicd_sgir_self,
    gicv_dir,
    icactiver,
    icc_dir,
    icenabler,
    icfgr,
    icpendr,
    igroupr,
    int_command,
    inv,
    invall,
    ipriorityr,
    irouter,
    isactiver,
    isactiver_read,
    isenabler,
    ispendr,
    ispendr_read,
    itargetsr,
    line_lower,
    line_raise,
    lpis_off,
    lpis_on,
    mapc,
    mapc_off,
    mapd,
    mapd_off,
    mapi,
    mapti,
    movall,
    movi,
    msi,
    rebind,
    sgi1r,
    sgi1r_list,
    sgi1r_others,
)
from vgic.accesses.kind import AccessKind
from vgic.data import Asks, Vcpu
from vgic.kernel import Kernel

ACCESSES: dict[str, AccessKind] = {
    module.KIND.name: module.KIND
    for module in (
        *(device, irouter, isenabler, icenabler, ispendr, icpendr, sgi1r),
        *(ipriorityr, ispendr_read, isactiver_read, line_raise, line_lower, exit_count),
        *(isactiver, icactiver, rebind, icc_dir, igroupr, gicd_ctlr),
        *(sgi1r_list, sgi1r_others, icfgr, msi, movi, discard),
        *(lpis_off, lpis_on, mapi, mapti, mapd, mapd_off, mapc, mapc_off, movall),
        *(int_command, clear, inv, invall),
        *(gicd_sgir, gicd_sgir_others, gicd_sgir_self, itargetsr, gicv_dir),
    )
}
"""All kinds by name. To add one, write its file and enter it here."""


@cache
def _asks(kind: str, value: int) -> Asks:
    return ACCESSES[kind].asks(value)


class Access(NamedTuple):
    """One access that exits.

    Attributes:
        kind: the name of its kind.
        intid: the interrupt.
        value: the vCPU that the kind names, or what it writes; 0 if neither.
    """

    kind: str
    intid: int
    value: int = 0

    @property
    def asks(self) -> Asks:
        """What judges ask of it."""
        return _asks(self.kind, self.value)

    @property
    def is_mmio(self) -> bool:
        """Whether it is found on the bus; what else traps is not."""
        return ACCESSES[self.kind].is_mmio

    def about(self, vcpu: int) -> int:
        """Return whose interrupt it is about, if that is a private one."""
        return self.value if ACCESSES[self.kind].is_theirs else vcpu

    def subjects(self, vcpu: int, nr_vcpus: int) -> Sequence[int]:
        """Return whose interrupts it is about, if those are private ones; one in most cases."""
        targets = ACCESSES[self.kind].targets
        return (self.about(vcpu),) if targets is None else targets(self.value, vcpu, nr_vcpus)

    def emulate(self, kernel: Kernel, vcpu: Vcpu) -> None:
        """Call the kernel function that the access comes to, for each interrupt that there is."""
        kvm, kind = kernel.kvm, ACCESSES[self.kind]
        if kind.emulate_for_vm is not None:
            kind.emulate_for_vm(kernel, vcpu, self.value)
            return
        if kind.emulate_event is not None:
            kind.emulate_event(kernel, vcpu, self.intid, self.value)
            return
        for number in self.subjects(vcpu.vcpu_id, len(kvm.vcpus)):
            irq = kvm.get_vcpu_irq(kvm.vcpus[number], self.intid)
            if irq is not None:
                kind.emulate(kernel, vcpu, irq, self.value if kind.targets is None else number)
            elif kind.reads:
                kernel.trace.read(vcpu.vcpu_id, self.intid, 0)
