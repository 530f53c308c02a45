# SPDX-License-Identifier: GPL-2.0-only
"""How many acknowledges of an SGI of GICv2 are still to come: so many of each source.

Each vCPU that sends it has a pending state of its own, and so has the copy in the list register. A
guest that acknowledges it is told whose it takes. Software that pends it otherwise pends nothing.
"""

from collections.abc import Sequence
from typing import NamedTuple

from vgic.data import Asks, Kvm, Vcpu, VgicIrq, is_sgi
from vgic.judging.edges import Edges, Latched


class FromSource(NamedTuple):
    """An SGI as one vCPU has sent it.

    Attributes:
        irq: the SGI.
        source: the number of the vCPU.
    """

    irq: VgicIrq
    source: int

    @property
    def vcpu(self) -> Vcpu | None:
        """The vCPU whose lists the SGI is on."""
        return self.irq.vcpu

    @property
    def on_lr(self) -> bool:
        """Whether a list register has the SGI, or had it last, as this vCPU's."""
        irq = self.irq
        return (
            irq.on_lr
            and irq.vcpu is not None
            and any(
                lr.intid == irq.intid and lr.source == self.source
                for lr in irq.vcpu.vgic_cpu.vgic_lr
            )
        )


class SourcedEdges(Edges):
    """Counts what is owed of each source of an SGI; of anything else, as elsewhere."""

    def __init__(self, kvm: Kvm, flushed_at: Sequence[int], left_at: Sequence[int]) -> None:
        """Begin with nothing sent.

        Args:
            kvm: the VM.
            flushed_at: for each vCPU, the step at which it began its last flush; kept by others.
            left_at: for each vCPU, the step at which it left its guest last, likewise.
        """
        super().__init__(flushed_at, left_at)
        self._kvm = kvm
        self._numbers = {vcpu.role: vcpu.vcpu_id for vcpu in kvm.vcpus}

    def begin(self, irq: Latched) -> None:
        """The running vCPU is about to send it."""
        super().begin(self._sent(irq))

    def end(self, irq: Latched) -> None:
        """It has sent it."""
        super().end(self._sent(irq))

    def acknowledge(self, irq: Latched) -> bool:
        """The running vCPU's guest acknowledges it; tell whether he who has sent it explains it."""
        if isinstance(irq, VgicIrq) and is_sgi(irq.intid):
            here = self._kvm.vcpus[self._running()]
            return super().acknowledge(FromSource(irq, source_taken(here, irq.intid)))
        return super().acknowledge(irq)

    def _sent(self, irq: Latched) -> Latched:
        if isinstance(irq, VgicIrq) and is_sgi(irq.intid):
            return FromSource(irq, self._running())
        return irq

    def _running(self) -> int:
        return self._numbers[self._kvm.scheduler.current.role]


def source_taken(vcpu: Vcpu, intid: int) -> int:
    """Return who has sent the SGI that a guest has just acknowledged, as its register has it."""
    return next(lr.source for lr in vcpu.cpuif.lrs if lr.active and lr.intid == intid)


def is_ignored(irq: VgicIrq | None, asks: Asks) -> bool:
    """Tell whether a GICv2 ignores an access: ISPENDR and ICPENDR do not say whose SGI it is."""
    return irq is not None and is_sgi(irq.intid) and (asks.pends_throughout or asks.forgives)
