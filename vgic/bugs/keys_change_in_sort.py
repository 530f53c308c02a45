# SPDX-License-Identifier: GPL-2.0-only
"""keys_change_in_sort: an AP-list is sorted by keys that change meanwhile."""

from vgic.bugs.bug import Bug
from vgic.kernel import Mechanism
from vgic.revisions import KeysReadAgain


class KeysChangeInSort(Mechanism):
    """Each comparison reads both keys again, and merges take for sorted what no longer is.

    So two active interrupts are left outside in the wrong order, and EOIcount takes the outer one's
    active state for the inner one's end. As shipped since 6.19: docs/findings.md, F2.
    """

    sample_keys = KeysReadAgain.sample_keys


RECORD = Bug(
    name="keys_change_in_sort",
    cls=KeysChangeInSort,
    found_as=("I13 stuck active", "I13 active state lost"),
    guest_sees=True,
    date="2026-11",
    applies_to=("reference",),
)
