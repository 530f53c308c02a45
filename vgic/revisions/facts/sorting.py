# SPDX-License-Identifier: GPL-2.0-only
"""When an AP-list is sorted, and by what, in all that was ever shipped."""

from collections.abc import Sequence

from vgic.data import Vcpu, VgicIrq
from vgic.kernel import ApListSummary, Mechanism


class KeysReadAgain(Mechanism):
    """Each comparison takes both interrupts' locks, and reads what they are by then.

    What becomes undeliverable between two of them leaves others out of order: docs/findings.md, F2.
    """

    def sample_keys(
        self, vcpu: Vcpu, irqs: Sequence[VgicIrq]
    ) -> dict[VgicIrq, tuple[bool | int, ...]]:
        """Read none."""
        return {}


class SortedBySummary(Mechanism):
    """The list is sorted only if the summary has more to deliver than there are list registers.

    What it has not foreseen is left outside in the order in which it came: docs/findings.md, F1.
    """

    def needs_sort(self, vcpu: Vcpu, summary: ApListSummary) -> bool:
        """Go by the summary, however long the list is."""
        return summary.outside


class WholePriorities(Mechanism):
    """Active interrupts are sorted by their whole priorities, and not as their handlers nest.

    Where the groups have different binary points EOIcount is accounted to another handler's:
    docs/findings.md, F8.
    """

    def handler_priority(self, vcpu: Vcpu, irq: VgicIrq) -> int:
        """Compare all of it."""
        return irq.priority
