# SPDX-License-Identifier: GPL-2.0-only
"""What becomes of a write of DIR, in all that was posted or shipped since 2025."""

from harness.engine import unnamed
from vgic.data import FIRST_SPI, KVM_REQ_IRQ_PENDING, Vcpu, VgicIrq
from vgic.kernel import ApListSummary, Mechanism


def is_counted(kernel: Mechanism, irq: VgicIrq) -> bool:
    """Tell whether one counts among those in flight: a shared one, if DIR can be trapped alone."""
    return kernel.kvm.implementation.has_tdir and irq.intid >= FIRST_SPI


class TrapsWhenOutside(Mechanism):
    """DIR is trapped while something active may be outside: by what the vCPU itself has.

    A CPU that cannot trap DIR alone always traps it.
    """

    def traps_dir(self, vcpu: Vcpu, summary: ApListSummary) -> bool:
        """Go by the summary."""
        return not self.kvm.implementation.has_tdir or summary.active_outside


class CountsSpis(Mechanism):
    """DIR is trapped while something active may be outside, or shared interrupts are in flight.

    The count goes up with each that is put on a list, and down with each level that an exit found
    active and a later one deactivated. So it is too low when one of them is deactivated twice in
    one stay on the list, and no other vCPU knows of it before an IPI arrives: docs/findings.md, F5.
    A CPU that cannot trap DIR alone needs no count. The first makes one request of all vCPUs, also
    out of an interrupt: docs/findings.md, F11.
    """

    def announce_to_all(self) -> None:
        """Call their CPUs all at once."""
        self.kvm_make_all_cpus_request(KVM_REQ_IRQ_PENDING, wait=False, wakes=True)

    def is_first_in_flight(self, irq: VgicIrq) -> bool:
        """Count a shared interrupt; the first of them makes every vCPU come in anew."""
        return is_counted(self, irq) and self.kvm.dist.active_spis.fetch_add(1) == 0

    def was_deactivated(self, irq: VgicIrq) -> None:
        """Take one off."""
        super().was_deactivated(irq)
        if is_counted(self, irq):
            self.kvm.dist.active_spis.dec_if_positive()

    def traps_dir(self, vcpu: Vcpu, summary: ApListSummary) -> bool:
        """Go by the summary, and by the count."""
        return (
            not self.kvm.implementation.has_tdir
            or summary.active_outside
            or self.kvm.dist.active_spis.read() > 0
        )


class HearsOfFoundActive(Mechanism):
    """The host hears of the end of a level only if an earlier exit has found it active.

    Taken and ended in one stay in the guest it is not: docs/findings.md, F10.
    """

    def hears_of_end(self, was_active: bool) -> bool:
        """Ask for that exit."""
        return was_active


class FoldsUnlocked(Mechanism):
    """What DIR deactivates is looked at under its lock, and changed under it once more.

    In between its vCPU may load it: docs/findings.md, F4.
    """

    @unnamed
    def deactivate_unless_loaded(self, vcpu: Vcpu, irq: VgicIrq) -> tuple[Vcpu | None, bool]:
        """Look, let go of the lock, and fold as if a list register had been left."""
        lr = None
        irq.irq_lock.lock()
        target, is_loaded = self.deactivation_target(irq), irq.on_lr
        if target is not None and not is_loaded:
            lr = self.vgic_v3_compute_lr(vcpu, irq)
            lr.active = False
        irq.irq_lock.unlock()
        if lr is not None:
            self.vgic_v3_deactivate_phys(lr)
            self.vgic_v3_fold_lr(vcpu, lr)
        return target, target is not None and is_loaded


class DirOnlyRequests(Mechanism):
    """Whose list it is on finds a request when it looks next, and nobody makes it look.

    If it is pending too, its vCPU may sleep on: docs/findings.md, F12.
    """

    @unnamed
    def announce_deactivated(self, irq: VgicIrq, target: Vcpu) -> None:
        """Leave it at the request."""


class LoadedByMmio(Mechanism):
    """What DIR finds in a list register is deactivated by a write of ICACTIVER.

    That is no end: a level that software had pended, and its guest has taken and ended, is pending
    still, and comes again: docs/findings.md, F7.
    """

    @unnamed
    def deactivate_loaded(self, vcpu: Vcpu, irq: VgicIrq) -> None:
        """Write ICACTIVER."""
        self.vgic_mmio_write_cactive(vcpu, irq)


class LeavesForDir(Mechanism):
    """Where DIR is trapped alone the guest is left for it, whatever the list registers have.

    The way that stays in the guest is tried only on a CPU that traps all that both groups have in
    common. So 7.3.4 was seen to do: docs/agreement.md.
    """

    def vgic_v3_write_dir(self, vcpu: Vcpu, intid: int) -> bool:
        """Leave everything to the host if the CPU can trap DIR alone."""
        return not self.kvm.implementation.has_tdir and super().vgic_v3_write_dir(vcpu, intid)


class DirAsPosted(FoldsUnlocked, DirOnlyRequests, LoadedByMmio, CountsSpis):
    """DIR as it was posted first: it asks the target oracle, and always leaves the guest.

    An edge that is in a list register looks idle, and its DIR is lost. What is in one is addressed
    by the number of the word and not of the byte, so that another interrupt is deactivated. A CPU
    that cannot trap DIR alone does not trap it.
    """

    def traps_dir(self, vcpu: Vcpu, summary: ApListSummary) -> bool:
        """Trap only where the CPU can trap DIR alone."""
        return self.kvm.implementation.has_tdir and super().traps_dir(vcpu, summary)

    def vgic_v3_write_dir(self, vcpu: Vcpu, intid: int) -> bool:
        """Leave everything to the host."""
        return False

    def deactivation_target(self, irq: VgicIrq) -> Vcpu | None:
        """Ask the target oracle; what is in no list register has to be active as well."""
        return self.vgic_target_oracle(irq) if irq.active or irq.on_lr else None

    @unnamed
    def deactivate_loaded(self, vcpu: Vcpu, irq: VgicIrq) -> None:
        """Write ICACTIVER at the offset that the number of the word is, taken for bytes."""
        word, bit = divmod(irq.intid, 32)
        hit = self.kvm.get_vcpu_irq(vcpu, 8 * word + bit)
        if hit is not None:
            self.vgic_mmio_write_cactive(vcpu, hit)
