# SPDX-License-Identifier: GPL-2.0-only
"""Garbage: what executions leave behind; collect that of many at a time, between executions.

The collector would otherwise look through a half-built machine every few hundred objects, for
nothing: nothing of it is garbage yet. That is a sixth of the time. A machine that has been run is
taken apart (Machine.retire), so only failures and rehearsals leave cycles to collect.
"""

import gc

EVERY = 128
"""Executions between two collections; one that leaves anything leaves some hundred kilobytes."""


class Garbage:
    """Collects between executions, for as long as its context lasts.

    What somebody else has frozen before stays frozen.
    """

    def __init__(self) -> None:
        self._executions = 0
        self._was_frozen = False

    def __enter__(self) -> "Garbage":
        # What was imported stays; it need not be looked through again.
        self._was_frozen = gc.get_freeze_count() > 0
        gc.collect()
        gc.freeze()
        gc.disable()
        return self

    def __exit__(self, *exception: object) -> None:
        gc.enable()
        if not self._was_frozen:
            gc.unfreeze()

    def left(self) -> None:
        """Another execution has left its garbage."""
        self._executions += 1
        if self._executions % EVERY == 0:
            gc.collect()
