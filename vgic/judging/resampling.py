# SPDX-License-Identifier: GPL-2.0-only
"""The host hears of each end of what it has to sample again: I32."""

from vgic.data import LEVEL, Exit, Kvm, VgicIrq
from vgic.judging.active_states import ACTIVE
from vgic.judging.bookkeeping import Bookkeeping
from vgic.judging.judge import SYNC, Judge, fail


class Resampling(Judge):
    """Follows the ends of interrupts behind a resampling irqfd until they are folded.

    A line that the host has raised stays up until it is notified: the guest would be interrupted
    for nothing, over and over. Software that takes the active state away ends nothing, and leaves
    nothing to end (quirk Q10). Nobody hears of the end of what was loaded as an edge (Q15).
    """

    def __init__(self, kvm: Kvm, books: Bookkeeping) -> None:
        """Begin to listen.

        Args:
            kvm: the VM.
            books: tell which interrupt an event is about, and who loses by right what is lost.
        """
        super().__init__(kvm)
        self._books = books
        self._ended: list[dict[VgicIrq, int]] = [{} for _ in kvm.vcpus]
        self._lowered_at: dict[VgicIrq, int] = {}
        self._began_at = [-1] * len(kvm.vcpus)
        self._undercut: set[VgicIrq] = set()
        self._in_guest = [False] * len(kvm.vcpus)

    def accessing(self, vcpu: int, access: Exit) -> None:
        """Note whose active state software takes away, and what it has triggered otherwise."""
        irq, asks = self._books.irq, access.asks
        if irq is not None and (
            asks.field == "config" or (asks.field == ACTIVE and not asks.value)
        ):
            self._undercut.add(irq)

    def acknowledged(self, vcpu: int, intid: int) -> None:
        """Note that it is active anew, unless a write is under way, or it was loaded as an edge."""
        irq, books = self._books.irq, self._books
        if irq in self._undercut and not books.ledger[irq].busy:
            loaded_since = not books.ledger.is_retriggered_since(irq, books.flushed_at[vcpu])
            if loaded_since and irq.config is LEVEL:
                self._undercut.discard(irq)

    def driving(self, vcpu: int, intid: int, level: bool) -> None:
        """Note that a line is lowered."""
        irq = self._books.irq
        if irq is not None and irq.resampled is not None and not level:
            self._lowered_at[irq] = self._kvm.scheduler.steps

    def ended(self, vcpu: int, intid: int) -> None:
        """Note an end that its vCPU is to fold."""
        irq = self._books.irq
        if irq is not None and irq.resampled is not None and irq not in self._undercut:
            self._ended[vcpu][irq] = self._kvm.scheduler.steps

    def deactivating(self, vcpu: int, intid: int) -> None:
        """Note when a guest begins to deactivate."""
        self._began_at[vcpu] = self._kvm.scheduler.steps

    def entered(self, vcpu: int) -> None:
        """Note that what its guest ends is folded later."""
        self._in_guest[vcpu] = True

    def exited(self, vcpu: int) -> None:
        """Note that the host goes on."""
        self._in_guest[vcpu] = False

    def deactivated(self, vcpu: int, intid: int) -> None:
        """Judge what the host has deactivated, or note what the guest has by itself."""
        irq = self._books.irq
        if irq is None or irq.resampled is None or irq in self._undercut:
            return
        if self._in_guest[vcpu]:
            self._ended[vcpu][irq] = self._began_at[vcpu]
        else:
            self._judge(irq, self._began_at[vcpu])

    def synced(self, vcpu: int) -> None:
        """Judge the ends that have been folded."""
        ended = self._ended[vcpu]
        if ended:
            for irq, step in ended.items():
                self._judge(irq, step)
            ended.clear()

    def _judge(self, irq: VgicIrq, step: int) -> None:
        heard = self._lowered_at.get(irq, -1) >= step
        if not (heard or self._books.ledger[irq].forfeited):
            host_hears_of_the_end(self._kvm, irq)


def host_hears_of_the_end(kvm: Kvm, irq: VgicIrq) -> None:
    """I32: a line that is kept up until the end is lowered when that has been folded.

    Args:
        kvm: the VM.
        irq: an interrupt whose end has been folded, and whose line was not lowered since.

    Locks: none needed: it is the device's own state.
    """
    if irq.resampled is not None and irq.resampled.raised:
        fail(
            kvm,
            "I32 end unheard",
            f"{irq} has been ended, and its line is kept up: who samples it again was not notified",
            SYNC,
        )
