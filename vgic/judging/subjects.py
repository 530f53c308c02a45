# SPDX-License-Identifier: GPL-2.0-only
"""What each send and each access under way is about, from its beginning to its end.

The event of a message or a command may be mapped to another LPI by then, or to none, and the LPI
may be no more.
"""

from vgic.data import FIRST_LPI, Kvm, VgicIrq


class Subjects:
    """What is under way in one VM.

    Attributes:
        accessed: for each vCPU, what its access is about; None if nothing, or no more.
    """

    def __init__(self, kvm: Kvm) -> None:
        self._kvm = kvm
        self.accessed: list[VgicIrq | None] = [None] * len(kvm.vcpus)
        # The LPI that each thread's message is for, by role.
        self._sent: dict[str, VgicIrq | None] = {}

    def driving(self, vcpu: int, intid: int) -> VgicIrq | None:
        """Return what a device is about to send."""
        if intid < FIRST_LPI:
            return self._kvm.subject(vcpu, intid)
        irq = self._sent[self._kvm.scheduler.current.role] = self._kvm.destination(intid)
        return irq

    def found_another(self, irq: VgicIrq) -> tuple[bool, VgicIrq | None]:
        """Tell whether a message is for another LPI than it was begun for, and for which it was.

        Its event was mapped anew since, or its translation has outlived the event.

        Args:
            irq: whose lock the running thread releases.
        """
        role = self._kvm.scheduler.current.role
        if role not in self._sent or self._sent[role] is irq:
            return False, None
        before, self._sent[role] = self._sent[role], irq
        return True, before

    def driven(self, vcpu: int, intid: int) -> VgicIrq | None:
        """Return what it has sent."""
        if intid >= FIRST_LPI:
            return self._sent.pop(self._kvm.scheduler.current.role)
        return self._kvm.get_vcpu_irq(self._kvm.vcpus[vcpu], intid)

    def forget(self, irq: VgicIrq) -> None:
        """An LPI is no more."""
        self.accessed[:] = [None if each is irq else each for each in self.accessed]
        for role, each in self._sent.items():
            if each is irq:
                self._sent[role] = None
