# SPDX-License-Identifier: GPL-2.0-only
"""Whether other programs differ in the same way as one that was found."""

from collections.abc import Sequence

from stress.agreement.agreeing import Differing, Plays
from stress.agreement.outcomes import ModelRun, outcome
from stress.plays import Play
from stress.traces import Trace


class Alike:
    """Plays candidates for a smaller program and says which of them differ by the same name.

    Attributes:
        found: what the kernel showed of those that do, by name.
    """

    def __init__(self, differing: Differing, kernel: Plays, model: ModelRun) -> None:
        self._differing = differing
        self._kernel = kernel
        self._model = model
        self.found: dict[str, Differing] = {}

    def __call__(self, plays: Sequence[Play]) -> list[bool]:
        """Play all of them; say for each whether it differs by the same name."""
        traces = self._kernel(plays)
        self.found = {}
        for play in plays:
            if play.name in traces:
                self._compare(play, traces[play.name])
        return [play.name in self.found for play in plays]

    def _compare(self, play: Play, kernel: Trace) -> None:
        difference = outcome(play, kernel, self._model).difference
        if difference is not None and difference.name == self._differing.difference.name:
            self.found[play.name] = Differing(play, kernel, difference, self._differing.like)
