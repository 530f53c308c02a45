# SPDX-License-Identifier: GPL-2.0-only
"""The state of a machine as values, object by object, for what explains an execution.

Objects go by the names that operations and reports print, so that a reader who follows one through
a diagram meets it under one name. Nothing here says anything in words; `Look` finds the objects
and returns those that have changed, and the class of an object's fields is the kind of thing it is.
"""

from harness.engine import observes
from vgic.state.fields import (
    CellState,
    GuestState,
    HardwareHcr,
    HardwareLrs,
    HardwareMisr,
    IpiState,
    IrqState,
    Links,
    ListState,
    LockState,
    Lr,
    ModeState,
    PhysicalState,
    RequestsState,
    ShadowHcr,
    ShadowLrs,
    rows_of,
)
from vgic.state.look import Look

__all__ = [
    "CellState", "GuestState", "HardwareHcr", "HardwareLrs", "HardwareMisr", "IpiState", "IrqState",
    "Links", "ListState", "LockState", "Look", "Lr", "ModeState", "PhysicalState", "RequestsState",
    "ShadowHcr", "ShadowLrs", "rows_of",
]  # fmt: skip

observes(__name__)
