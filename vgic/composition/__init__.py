# SPDX-License-Identifier: GPL-2.0-only
"""Kernels out of revisions, known bugs and users' own classes, and what all of them may override.

What cannot go together is refused here, with a message that says why and what to do.
"""

from vgic.composition.announcing import with_returns_announced
from vgic.composition.composing import (
    compose,
    with_all_points,
    with_judges,
    with_kicks_checked,
    with_races_checked,
)
from vgic.composition.contracted import not_of_ours, with_contracts_checked
from vgic.composition.names import did_you_mean, named_bug, named_revision, true_name
from vgic.composition.on_gicv2 import on_gicv2
from vgic.composition.overridable import functions
from vgic.composition.overrides import changes_nothing, note_calls, overrides_of, stop_noting
from vgic.composition.patch import patched
from vgic.composition.refused import CompositionError

__all__ = [
    "CompositionError",
    "changes_nothing",
    "compose",
    "did_you_mean",
    "functions",
    "named_bug",
    "named_revision",
    "not_of_ours",
    "note_calls",
    "on_gicv2",
    "overrides_of",
    "patched",
    "stop_noting",
    "true_name",
    "with_all_points",
    "with_contracts_checked",
    "with_judges",
    "with_kicks_checked",
    "with_races_checked",
    "with_returns_announced",
]
