# SPDX-License-Identifier: GPL-2.0-only
"""The model: the kernel's vGIC for KVM/arm64, the hardware its guest sees, and what must hold.

Data is in irq.py, lr.py and vm.py; kernel functions are in small mixins under the kernel's names
(start at run.py and follow a vCPU through flush.py, switch.py, fold.py, prune.py); the guest's side
is cpuif.py and guest.py; what must hold is in invariants/, and when it is checked is watch.py.
Threads and locks come from harness, and only from there.
"""

from vgic.bugs import BUGS, CANARY, CANARY_OF_RACES
from vgic.composition import (
    CompositionError,
    compose,
    functions,
    named_bug,
    named_revision,
    patched,
    with_races_checked,
)
from vgic.judging import WINDOWS
from vgic.machine import Machine
from vgic.parameters import NR_LR_MAX, BadParameters, Irq, Parameters
from vgic.revisions import DEFAULT, REVISIONS, V1

__all__ = [
    "BUGS", "CANARY", "CANARY_OF_RACES", "DEFAULT", "NR_LR_MAX", "REVISIONS", "V1", "WINDOWS",
    "BadParameters", "CompositionError", "Irq", "Machine", "Parameters", "compose",
    "functions", "named_bug", "named_revision", "patched", "with_races_checked",
]  # fmt: skip
