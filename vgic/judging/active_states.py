# SPDX-License-Identifier: GPL-2.0-only
"""What software writes of active states stands, and they are read as they are: I26, I31.

An active state is the guests' own business: acknowledged and not ended is active. A write of
ISACTIVER or ICACTIVER takes effect at some moment between its beginning and its end, and says what
holds from then on, until a guest acknowledges the interrupt or ends it. If one did so meanwhile,
either may have been the last.

A guest that ends what was deactivated under it, or that ends something outside its list registers
while what was activated under it stands before that, has another one ended by right (quirk Q10).
"""

from collections.abc import Iterator, Sequence
from typing import NoReturn

from vgic.data import LEVEL, Exit, Kvm, VgicIrq, is_lpi
from vgic.judging.bookkeeping import Bookkeeping
from vgic.judging.judge import Judge, fail, may_be_counted_first

ACTIVE = "active"
_EITHER = (True, False)


class _State:
    """What is known of the active state of an interrupt that software has written.

    Attributes:
        writing: writes under way, those that deactivate apart.
        clearing: those that deactivate.
        disturbed: a guest has acknowledged or ended it while one lasts, or two overlap.
        stands: what it may be by what was written; nothing if a guest has changed it since.
        activated: one that activates has returned since a guest has changed it, and none that
            deactivates has certainly come after it.
    """

    __slots__ = ("activated", "clearing", "disturbed", "stands", "writing")

    def __init__(self) -> None:
        self.writing = self.clearing = 0
        self.activated = self.disturbed = False
        self.stands: tuple[bool, ...] = ()

    @property
    def busy(self) -> bool:
        """Whether a write is under way."""
        return bool(self.writing or self.clearing)

    def change(self) -> None:
        """A guest acknowledges the interrupt or ends it."""
        self.stands, self.activated = (), False
        self.disturbed = self.busy


class ActiveStates(Judge):
    """Follows what software writes, and judges it after each write and each sync.

    Handlers tell it what guests do once there is anything to follow: most guests write nothing.

    Attributes:
        watches: somebody has read or written an active state by now.
        undercut: for each vCPU, what its guest is handling and software may have deactivated.
    """

    def __init__(self, kvm: Kvm, books: Bookkeeping) -> None:
        """Begin to listen.

        Args:
            kvm: the VM.
            books: tell which handlers are open; they hear of each event first.
        """
        super().__init__(kvm)
        self._books = books
        self._states: dict[VgicIrq, _State] = {}
        self.watches = False
        self._reads: dict[int, VgicIrq] = {}
        self.undercut: list[set[VgicIrq]] = [set() for _ in kvm.vcpus]

    def is_activated(self, irq: VgicIrq) -> bool:
        """Tell whether an interrupt may be active by what software has written.

        A write that deactivates makes nothing active, whatever it overlaps (quirk Q10).
        """
        state = self._states.get(irq)
        return state is not None and (state.writing > 0 or state.activated)

    def accessing(self, vcpu: int, access: Exit) -> None:
        """Enter a write before it begins, or what is to be read."""
        irq, asks = self._books.irq, access.asks
        if asks.reads == ACTIVE:
            self._begin_read(vcpu, access)
        if irq is None or asks.field != ACTIVE:
            return
        self.watches = True
        self._disturb(irq)
        state = self._states.setdefault(irq, _State())
        state.disturbed = state.busy
        if asks.value:
            state.writing += 1
        else:
            state.clearing += 1
            self._undercut(irq)

    def accessed(self, vcpu: int, access: Exit) -> None:
        """Close it when it has returned, and judge it."""
        irq, asks = self._books.irq, access.asks
        if irq is None or asks.field != ACTIVE:
            return
        state = self._states[irq]
        if asks.value:
            state.writing -= 1
        else:
            state.clearing -= 1
        may_differ = state.disturbed or state.busy or irq in self._books.open.going
        state.stands = _EITHER if may_differ else (bool(asks.value),)
        state.activated = True in state.stands and (bool(asks.value) or state.activated)
        state.disturbed = state.busy
        # A level's latch goes with its end, so what pended it before that is taken again.
        if irq.config is LEVEL and irq.pending_latch:
            self._books.ledger.pended(irq)
        self._judge(irq, state)

    def acknowledge(self, vcpu: int, irq: VgicIrq) -> None:
        """A guest makes the interrupt active."""
        self._disturb(irq)
        state = self._states.get(irq)
        if state is not None:
            state.change()
            if state.clearing:
                self.undercut[vcpu].add(irq)

    def end(self, vcpu: int, irq: VgicIrq) -> None:
        """A guest ends the interrupt, or something else by right (quirk Q10)."""
        self._disturb(irq)
        state = self._states.get(irq)
        # What software has activated since on another vCPU is not ended by an end on this one.
        if state is not None and irq.vcpu in (None, self._kvm.vcpus[vcpu]):
            state.change()
        if irq in self.undercut[vcpu]:
            self.undercut[vcpu].discard(irq)
            self._books.forfeit(vcpu)
        elif not (irq.on_lr or is_lpi(irq.intid)) and any(self._activated_before(vcpu, irq)):
            self._books.forfeit(vcpu)

    def deactivate(self, irq: VgicIrq | None, owner: int | None = None) -> None:
        """A guest begins to deactivate by DIR what a vCPU has acknowledged, or is done with it."""
        if self.watches and irq is not None:
            self._disturb(irq)
            if (state := self._states.get(irq)) is not None:
                state.change()
            if owner is not None:
                self.undercut[owner].discard(irq)
                if state is not None:
                    self._undercut(irq)

    def _undercut(self, irq: VgicIrq) -> None:
        """Have whoever handles it, again perhaps, handle what may be active no more."""
        for number, handlers in enumerate(self._books.open.handlers):
            if irq in handlers:
                self.undercut[number].add(irq)

    def _activated_before(self, vcpu: int, ended: VgicIrq) -> Iterator[bool]:
        """Yield of each interrupt that was written whether the count may be taken off it."""
        here = self._kvm.vcpus[vcpu]
        for irq in self._states:
            yield (
                irq is not ended
                and irq.vcpu is here
                and not irq.on_lr
                and self.is_activated(irq)
                and may_be_counted_first(here, irq, ended)
            )

    def judge(self) -> None:
        """Judge what a fold may have overwritten."""
        for irq, state in self._states.items():
            self._judge(irq, state)

    def read(self, vcpu: int, intid: int, value: int) -> None:
        """Judge what was read of an active state, if nobody has changed that meanwhile."""
        irq = self._reads.pop(vcpu, None)
        if irq is None or self._books.ledger[irq].forfeited or irq in self._books.open.going:
            return
        state = self._states.get(irq)
        stands = state.stands if state is not None else ()
        if not stands:
            handled = zip(self._books.open.handlers, self.undercut, strict=True)
            stands = (any(irq in handlers and irq not in cut for handlers, cut in handled),)
        if value not in stands:
            is_read_as_it_is(self._kvm, irq, value)

    def _begin_read(self, vcpu: int, access: Exit) -> None:
        kvm = self._kvm
        irq = kvm.get_vcpu_irq(kvm.vcpus[access.about(vcpu)], access.intid)
        if irq is None or irq in self._books.open.going:
            return
        if not (irq in self._states and self._states[irq].busy):
            self.watches = True
            self._reads[vcpu] = irq

    def _disturb(self, irq: VgicIrq) -> None:
        """Give up the reads of what is being changed: either is right then."""
        if irq in self._reads.values():
            self._reads = {vcpu: each for vcpu, each in self._reads.items() if each is not irq}

    def by_guests(self, vcpu: int, irqs: Sequence[VgicIrq]) -> Sequence[VgicIrq]:
        """Return those on a vCPU's lists that are active by its guest's doing alone, if at all.

        What is handled while it is deactivated, or was, is not: either is right until its end. Nor
        is what a guest is deactivating by DIR.
        """
        cut, going = self.undercut[vcpu], self._books.open.going
        if not (self._states or going):
            return irqs
        return [irq for irq in irqs if not (irq in cut or irq in going or self.is_activated(irq))]

    def still_handled(self, vcpu: int, stack: Sequence[int]) -> Sequence[int]:
        """Return those of a vCPU's open handlers whose interrupts nobody has deactivated."""
        cut = self.undercut[vcpu]
        if not cut:
            return stack
        return [intid for intid in stack if all(irq.intid != intid for irq in cut)]

    def _judge(self, irq: VgicIrq, state: _State) -> None:
        if len(state.stands) == 1 and not (state.busy or self._books.ledger[irq].forfeited):
            a_write_stands(self._kvm, irq, active=state.stands[0])


def a_write_stands(kvm: Kvm, irq: VgicIrq, *, active: bool) -> None:
    """I26: what software has made of an active state stands until a guest changes it.

    Args:
        kvm: the VM.
        irq: the interrupt; no guest has acknowledged or ended it since.
        active: what was written last.

    Locks: none needed: nobody writes it, and while it is in a list register nobody asks.
    """
    if irq.active is not active and not irq.on_lr:
        what = "(activate) and it is not active" if active else "(deactivate) and it is active"
        fail(kvm, "I26 write lost", f"{irq}: written {what}, though no guest has changed it since")


def is_read_as_it_is(kvm: Kvm, irq: VgicIrq, value: int) -> NoReturn:
    """I31: fail since an active state was read that is not the interrupt's.

    Locks: none needed: no guest has acknowledged or ended it since the read began, and nobody has
        written it.
    """
    read, is_ = ("active", "not") if value else ("not active", "active")
    fail(kvm, "I31 wrong read", f"{irq} was read as {read}, and it is {is_}")
