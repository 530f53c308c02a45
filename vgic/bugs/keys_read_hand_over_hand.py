# SPDX-License-Identifier: GPL-2.0-only
"""keys_read_hand_over_hand: each interrupt is locked while the one before it still is."""

from collections.abc import Sequence

from harness.engine import unnamed
from vgic.bugs.bug import Bug
from vgic.data import Vcpu, VgicIrq
from vgic.kernel import Mechanism


class KeysReadHandOverHand(Mechanism):
    """The keys of a list are read with two interrupts locked at a time.

    Two irq_locks are held at once to compare two entries, and nowhere else: who takes them in
    another order, on a list that is sorted otherwise by then, waits for who waits for him.
    """

    @unnamed
    def sample_keys(
        self, vcpu: Vcpu, irqs: Sequence[VgicIrq]
    ) -> dict[VgicIrq, tuple[bool | int, ...]]:
        """Keep the last one from changing until this one is read."""
        keys: dict[VgicIrq, tuple[bool | int, ...]] = {}
        for last, irq in zip([None, *irqs], irqs, strict=False):
            irq.irq_lock.lock()
            keys[irq] = self.sort_key(vcpu, irq)
            if last is not None:
                last.irq_lock.unlock()
        if irqs:
            irqs[-1].irq_lock.unlock()
        return keys


RECORD = Bug(
    name="keys_read_hand_over_hand",
    cls=KeysReadHandOverHand,
    found_as=("lock recursion",),
    guest_sees=False,
)
