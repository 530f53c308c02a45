# SPDX-License-Identifier: GPL-2.0-only
"""What must hold of the vGIC, and when it is judged.

An invariant is a function, with the locks that make what it reads readable; it fails with a
`Failure` that says which interrupt is wrong and how. The numbers are those of docs/invariants.md.
Each family of them is a judge: a listener in a file of its own, with its own memory, which knows
the VM's data and the tracepoints and no kernel function. `judges.py` has them all.
"""

from harness.engine import observes
from vgic.judging.destroyed import all_lists_are_forgotten, leave_listed, lists_are_forgotten
from vgic.judging.guarded import check_races, stop_at_unguarded
from vgic.judging.judges import Judges
from vgic.judging.kicks import NEEDLESS_KICK
from vgic.judging.promises import PROMISING
from vgic.judging.steps import progress, steps_of
from vgic.judging.windows import WINDOWS

__all__ = [
    "NEEDLESS_KICK", "PROMISING", "WINDOWS", "Judges", "all_lists_are_forgotten", "check_races",
    "leave_listed", "lists_are_forgotten", "progress", "steps_of", "stop_at_unguarded",
]  # fmt: skip

observes(__name__)
