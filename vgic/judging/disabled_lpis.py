# SPDX-License-Identifier: GPL-2.0-only
"""A vCPU whose LPIs are disabled has none on its list: I35.

What was sent to it before need not be delivered any more, and what is sent meanwhile is refused.
What waits on its list to be moved is another's, who gets it still. A message that is under way may
come either before or after that, and may be put on the list (quirk Q14); so may what another vCPU's
prune moves there.
"""

import sys

from vgic.data import Exit, Kvm, LpisOf, Vcpu, VgicIrq, is_lpi
from vgic.judging.bookkeeping import Bookkeeping
from vgic.judging.judge import Judge, fail, listed, names

WRITE = "vgic_mmio_write_v3r_ctlr"


class DisabledLpis(Judge):
    """Follows the writes of GICR_CTLR and the messages that they may have refused."""

    def __init__(self, kvm: Kvm, books: Bookkeeping, crossed: set[str]) -> None:
        """Begin to listen.

        Args:
            kvm: the VM.
            books: tell what a message is about, and who touches it; they hear of each event first.
            crossed: the windows crossed so far, by name.
        """
        super().__init__(kvm)
        self._books = books
        self._crossed_ones = crossed
        count = len(kvm.vcpus)
        self._writing = [0] * count
        self._began = [-1] * count
        self._written_at = [-1] * count
        self._off_at = [-1] * count
        # When each thread's message began to be sent, and to which vCPU, by role.
        self._sends: dict[str, tuple[int, Vcpu | None]] = {}

    def accessing(self, vcpu: int, access: Exit) -> None:
        """Enter a write before it begins."""
        if not access.asks.lpis:
            return
        target = access.asks.value
        self._writing[target] += 1
        # One that finds them disabled leaves what has come since then where it is.
        was_off = access.asks.lpis == "off" and self._was_off(self._kvm.vcpus[target], sys.maxsize)
        self._began[vcpu] = -1 if was_off else self._kvm.scheduler.steps
        if access.asks.lpis == "off":
            self._books.disabling[target] += 1
            self._forgive(target)
            if any(is_lpi(irq.intid) and irq.on_lr for irq in self._of(target)):
                self._crossed_ones.add("lpi_disabled_loaded")

    def accessed(self, vcpu: int, access: Exit) -> None:
        """Judge it when it has returned, if it was the only one."""
        if not access.asks.lpis:
            return
        target, began = access.asks.value, self._began[vcpu]
        alone = began >= 0 and self._writing[target] == 1 and self._written_at[target] <= began
        self._writing[target] -= 1
        self._written_at[target] = self._kvm.scheduler.steps
        if access.asks.lpis == "off":
            self._books.disabling[target] -= 1
            self._off_at[target] = self._kvm.scheduler.steps
            self._forgive(target)
        if alone:
            self._judge(self._kvm.vcpus[target], began, on=access.asks.lpis == "on")

    def _judge(self, target: Vcpu, began: int, *, on: bool) -> None:
        ledger = self._books.ledger
        lpis_are_as_written(self._kvm, target, on=on)
        if not on:
            kept = [
                irq
                for irq in self._of(target.vcpu_id)
                if irq.target_vcpu is target
                and not (ledger.is_touched_since(irq, began) or ledger[irq].listed_at >= began)
            ]
            none_is_kept(self._kvm, target, kept)

    def driving(self, vcpu: int, intid: int, level: bool) -> None:
        """Remember when a message begins to be sent, and to whom."""
        irq = self._books.irq
        if irq is not None and is_lpi(intid):
            scheduler = self._kvm.scheduler
            self._sends[scheduler.current.role] = scheduler.steps, irq.target_vcpu

    def driven(self, vcpu: int, intid: int, level: bool) -> None:
        """Do not ask for what may have been refused."""
        began, before = self._sends.pop(self._kvm.scheduler.current.role, (-1, None))
        irq, ledger = self._books.irq, self._books.ledger
        if irq is None or not is_lpi(intid):
            return
        moved = ledger[irq].busy > 0 or ledger[irq].touched_at > began
        targets = self._kvm.vcpus if moved else [before, irq.target_vcpu]
        if any(each is not None and self._was_off(each, began) for each in targets):
            # Nor does it announce what waits here since a write that kicks nobody (quirk Q3).
            account = ledger[irq]
            account.unserved = False
            account.routed_home_at = account.reordered_at = self._kvm.scheduler.steps

    def _was_off(self, vcpu: Vcpu, since: int) -> bool:
        """Tell whether a vCPU may have taken no LPIs at some time since a step."""
        lpis = self._kvm.dist.lpis
        is_off = lpis is not None and lpis.ctlr[vcpu.vcpu_id].value is not LpisOf.ENABLED
        return is_off or self._off_at[vcpu.vcpu_id] >= since

    def _of(self, target: int) -> list[VgicIrq]:
        """Return the LPIs on a vCPU's lists."""
        irqs = listed(self._kvm, self._kvm.vcpus[target])
        return [irq for irq in irqs if is_lpi(irq.intid)]

    def _forgive(self, target: int) -> None:
        """Do not ask for what goes to a vCPU, be it on its list or not yet."""
        here = self._kvm.vcpus[target]
        for irq in self._kvm.irqs:
            if is_lpi(irq.intid) and irq.target_vcpu is here:
                self._books.ledger.forgive(irq)


def none_is_kept(kvm: Kvm, vcpu: Vcpu, kept: list[VgicIrq]) -> None:
    """I35: when the LPIs of a vCPU have been disabled none is on its lists.

    Args:
        kvm: the VM.
        vcpu: the vCPU.
        kept: the LPIs on its lists that were there before, that go there still, and that nobody
            has touched since.

    Locks: none needed: nobody else takes them off, or is about to put them on.
    """
    if kept:
        fail(
            kvm,
            "I35 LPI kept",
            f"{vcpu} takes no LPIs any more, and these are on its lists still: {names(kept)}",
            WRITE,
        )


def lpis_are_as_written(kvm: Kvm, vcpu: Vcpu, *, on: bool) -> None:
    """I26: a vCPU takes LPIs, or none, as the only write of it has asked for.

    Locks: none needed: nobody else writes it.
    """
    lpis = kvm.dist.lpis
    expected = LpisOf.ENABLED if on else LpisOf.DISABLED
    if lpis is not None and lpis.ctlr[vcpu.vcpu_id].value is not expected:
        word = "enabled" if on else "disabled"
        fail(kvm, "I26 write lost", f"the LPIs of {vcpu} were {word}, and are not")
