# SPDX-License-Identifier: GPL-2.0-only
"""TODO."""

from vgic.composition.compose import (
    CompositionError,
    compose,
    named_bug,
    named_revision,
    patched,
    with_races_checked,
)
from vgic.composition.functions import functions
from vgic.composition.names import did_you_mean

__all__ = [
    "CompositionError",
    "compose",
    "did_you_mean",
    "functions",
    "named_bug",
    "named_revision",
    "patched",
    "with_races_checked",
]
