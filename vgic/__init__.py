# SPDX-License-Identifier: GPL-2.0-only
"""The model: the kernel's vGIC for KVM/arm64, the hardware its guest sees, and what must hold.

Its rooms, each of which knows only those before it: architecture (what any GIC does; it knows none
of the others, and judges what they do), hardware (list registers, the CPU interface), data
(interrupts, vCPUs, the VM), tracepoints; then kernel (the kernel's functions under the kernel's
names), guest (what runs on a vCPU) and judging (what must hold, and when), which know nothing of
each other; accesses, revisions, bugs, and composition, which puts kernels together.
machine.py builds a VM and its threads out of parameters. Threads and locks come from harness.
"""

from harness import keep_old_names
from harness.engine import delivered
from vgic.bugs import BUGS, BUGS_OF_POINTS, CANARY, CANARY_OF_POINTS, CANARY_OF_RACES, Bug
from vgic.composition import (
    CompositionError,
    changes_nothing,
    compose,
    functions,
    named_bug,
    named_revision,
    not_of_ours,
    overrides_of,
    patched,
    true_name,
    with_all_points,
    with_contracts_checked,
    with_judges,
    with_kicks_checked,
    with_races_checked,
    with_returns_announced,
)
from vgic.data import NR_VCPUS_MAX
from vgic.instructions import LINGER_MAX, BadParameters
from vgic.judging import NEEDLESS_KICK, WINDOWS
from vgic.kernel import JudgedBy, Mechanism
from vgic.machine import Machine
from vgic.moved import MODULES, NAMES
from vgic.overseer import ARCHITECTURE
from vgic.parameters import (
    NR_DEVICES_MAX,
    NR_IRQS_MAX,
    NR_LR_MAX,
    Irq,
    Parameters,
)
from vgic.parts import LATENESS_MAX, PAUSE_MAX, PROGRAMS_MAX
from vgic.revisions import DEFAULT, REVISIONS, TOPICS, Reference, Revision

__all__ = [
    "ARCHITECTURE", "BUGS", "BUGS_OF_POINTS", "CANARY", "CANARY_OF_POINTS", "CANARY_OF_RACES",
    "DEFAULT", "LATENESS_MAX", "LINGER_MAX", "NEEDLESS_KICK", "NR_DEVICES_MAX", "NR_IRQS_MAX",
    "NR_LR_MAX", "NR_VCPUS_MAX", "PAUSE_MAX", "PROGRAMS_MAX", "REVISIONS", "TOPICS", "WINDOWS",
    "BadParameters", "Bug", "CompositionError", "Irq", "JudgedBy", "Machine", "Mechanism",
    "Parameters", "Reference", "Revision", "changes_nothing", "compose", "functions", "named_bug",
    "named_revision", "not_of_ours", "overrides_of", "patched", "true_name", "with_all_points",
    "with_contracts_checked", "with_judges", "with_kicks_checked", "with_races_checked",
    "with_returns_announced",
]  # fmt: skip

delivered(__name__)
keep_old_names(MODULES, NAMES)
