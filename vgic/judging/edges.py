# SPDX-License-Identifier: GPL-2.0-only
"""How many acknowledges of an edge-triggered interrupt are still to come by right.

A pending state is one bit: edges that come while it is set are one with it. There are two of those
bits at the most, the latch and the copy in a list register that a guest can still take, and the
exit makes one of them again. So an acknowledge is explained by an edge that was sent before it and
is not spent yet, and none that was lost in another explains a later one.
"""

from collections import defaultdict

from vgic.data import Kvm, VgicIrq


class _Owed:
    """What is still to come of one interrupt.

    Attributes:
        acknowledges: how many of them, two at the most.
        sending: sends under way, each of which takes effect at any time until it returns.
        early: how many of those were acknowledged already.
        copy_in: the vCPU in whose list register the second one's copy was, and how often it had
            left its guest by then.
    """

    __slots__ = ("acknowledges", "copy_in", "early", "sending")

    def __init__(self) -> None:
        self.acknowledges = 0
        self.sending = 0
        self.early = 0
        self.copy_in = (0, -1)


class Edges:
    """Counts what is owed, from outside: which state a kernel has it in is not asked."""

    def __init__(self, kvm: Kvm) -> None:
        """Begin with nothing sent.

        Args:
            kvm: the VM.
        """
        self._owed: defaultdict[VgicIrq, _Owed] = defaultdict(_Owed)
        self._exits = [0] * len(kvm.vcpus)
        self._may_take = [False] * len(kvm.vcpus)

    def flushing(self, vcpu: int) -> None:
        """A vCPU begins to load copies that its guest can take."""
        self._may_take[vcpu] = True

    def left(self, vcpu: int) -> None:
        """A vCPU's guest can take nothing any more: what its registers hold goes to the latches."""
        self._may_take[vcpu] = False
        self._exits[vcpu] += 1

    def begin(self, irq: VgicIrq) -> None:
        """An edge is about to be sent."""
        self._owed[irq].sending += 1

    def end(self, irq: VgicIrq) -> None:
        """It has been sent, and may have been acknowledged already."""
        owed = self._owed[irq]
        owed.sending -= 1
        if owed.early:
            owed.early -= 1
            return
        self._merge(owed)
        here = irq.vcpu
        if irq.on_lr and here is not None and self._may_take[here.vcpu_id]:
            owed.acknowledges = min(owed.acknowledges + 1, 2)
            owed.copy_in = here.vcpu_id, self._exits[here.vcpu_id]
        else:
            owed.acknowledges = max(owed.acknowledges, 1)

    def clear(self, irq: VgicIrq, *, loaded: bool) -> None:
        """The latch has been cleared, and nobody has sent anything meanwhile.

        Args:
            irq: the interrupt.
            loaded: there may be a copy in a list register, which stays.
        """
        owed = self._owed[irq]
        owed.acknowledges = min(owed.acknowledges, int(loaded))

    def acknowledge(self, irq: VgicIrq) -> bool:
        """A guest acknowledges it; tell whether an edge explains that."""
        owed = self._owed[irq]
        self._merge(owed)
        if owed.acknowledges:
            owed.acknowledges -= 1
        elif owed.early < owed.sending:
            owed.early += 1
        else:
            return False
        return True

    def _merge(self, owed: _Owed) -> None:
        """Make one of two pending states if the vCPU that had the copy has left its guest since."""
        vcpu, exits = owed.copy_in
        if owed.acknowledges == 2 and self._exits[vcpu] > exits:
            owed.acknowledges = 1
