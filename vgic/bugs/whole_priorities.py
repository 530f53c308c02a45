# SPDX-License-Identifier: GPL-2.0-only
"""whole_priorities: active interrupts are ordered by their whole priorities."""

from vgic.bugs.bug import Bug
from vgic.kernel import Mechanism
from vgic.revisions import WholePriorities


class WholePrioritiesCompared(Mechanism):
    """Active interrupts are sorted by the whole of their priorities, and handlers nest by a part.

    Where the groups have different binary points the order is not that of the handlers, and
    EOIcount is accounted to another than was ended. As shipped since 6.19, found by this tool:
    docs/findings.md, F8.
    """

    handler_priority = WholePriorities.handler_priority


RECORD = Bug(
    name="whole_priorities",
    cls=WholePrioritiesCompared,
    found_as=("I13 stuck active",),
    guest_sees=True,
    date="2026-11",
    applies_to=("reference",),
)
