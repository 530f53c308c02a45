# SPDX-License-Identifier: GPL-2.0-only
"""How many acknowledges of an edge-triggered interrupt are still to come by right.

A pending state is one bit: edges that come while it is set are one with it. There are two of those
bits at the most, the latch and the copy in a list register that a guest can still take, and the
exit makes one of them again. So an acknowledge is explained by an edge that was sent before it and
is not spent yet, and none that was lost in another explains a later one.
"""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from typing import Protocol

from vgic.data import Vcpu


class Latched(Hashable, Protocol):
    """What has a pending state of its own: an interrupt, or an SGI of one source."""

    @property
    def vcpu(self) -> Vcpu | None:
        """The vCPU whose lists it is on."""

    @property
    def on_lr(self) -> bool:
        """Whether it is in a list register."""


class _Owed:
    """What is still to come of one interrupt.

    Attributes:
        acknowledges: how many of them, two at the most.
        sending: sends under way, each of which takes effect at any time until it returns.
        early: how many of those were acknowledged already.
        copy_in: the vCPU in whose list register the second one's copy was, and the step at which
            it had left its guest last by then.
    """

    __slots__ = ("acknowledges", "copy_in", "early", "sending")

    def __init__(self) -> None:
        self.acknowledges = 0
        self.sending = 0
        self.early = 0
        self.copy_in = (0, -1)


class Edges:
    """Counts what is owed, from outside: which state a kernel has it in is not asked."""

    def __init__(self, flushed_at: Sequence[int], left_at: Sequence[int]) -> None:
        """Begin with nothing sent.

        Args:
            flushed_at: for each vCPU, the step at which it began its last flush; kept by others.
            left_at: for each vCPU, the step at which it left its guest last, likewise. What its
                registers hold goes to the latches then: its guest can take nothing any more.
        """
        self._owed: defaultdict[Latched, _Owed] = defaultdict(_Owed)
        self._flushed_at = flushed_at
        self._left_at = left_at

    def begin(self, irq: Latched) -> None:
        """An edge is about to be sent."""
        self._owed[irq].sending += 1

    def end(self, irq: Latched) -> None:
        """It has been sent, and may have been acknowledged already."""
        owed = self._owed[irq]
        owed.sending -= 1
        if owed.early:
            owed.early -= 1
            return
        if owed.acknowledges == 2:
            self._merge(owed)
        here = irq.vcpu
        if irq.on_lr and here is not None and self._may_take(here.vcpu_id):
            owed.acknowledges = min(owed.acknowledges + 1, 2)
            owed.copy_in = here.vcpu_id, self._left_at[here.vcpu_id]
        else:
            owed.acknowledges = max(owed.acknowledges, 1)

    def clear(self, irq: Latched, *, loaded: bool) -> None:
        """The latch has been cleared, and nobody has sent anything meanwhile.

        Args:
            irq: the interrupt.
            loaded: there may be a copy in a list register, which stays.
        """
        owed = self._owed[irq]
        owed.acknowledges = min(owed.acknowledges, int(loaded))

    def end_early(self, irq: Latched) -> None:
        """What might have sent an edge has ended, and nothing of it is still to come."""
        owed = self._owed[irq]
        owed.sending -= 1
        owed.early = min(owed.early, owed.sending)

    def owes(self, irq: Latched) -> bool:
        """Tell whether an acknowledge may be still to come."""
        owed = self._owed[irq]
        return owed.acknowledges > 0 or owed.sending > 0

    def owe(self, irq: Latched, *, pending: bool) -> None:
        """Forget what was sent before: from now on what may be pending is still to come, or not."""
        owed, here = self._owed[irq], irq.vcpu
        owed.acknowledges = int(pending)
        if pending and irq.on_lr and here is not None and self._may_take(here.vcpu_id):
            owed.acknowledges = 2
            owed.copy_in = here.vcpu_id, self._left_at[here.vcpu_id]

    def acknowledge(self, irq: Latched) -> bool:
        """A guest acknowledges it; tell whether an edge explains that."""
        owed = self._owed[irq]
        if owed.acknowledges == 2:
            self._merge(owed)
        if owed.acknowledges:
            owed.acknowledges -= 1
        elif owed.early < owed.sending:
            owed.early += 1
        else:
            return False
        return True

    def forget(self, irq: Latched) -> None:
        """The interrupt is no more, and nothing of it is still to come."""
        self._owed.pop(irq, None)

    def _merge(self, owed: _Owed) -> None:
        """Make one of two pending states if the vCPU that had the copy has left its guest since."""
        vcpu, left_at = owed.copy_in
        if self._left_at[vcpu] > left_at:
            owed.acknowledges = 1

    def _may_take(self, vcpu: int) -> bool:
        """Tell whether a vCPU's guest can still take what is in its list registers."""
        return self._flushed_at[vcpu] > self._left_at[vcpu]
