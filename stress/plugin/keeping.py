# SPDX-License-Identifier: GPL-2.0-only
"""What is done with a finding of a test: it is confirmed in a fresh process, and kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness import HarnessBug
from stress.campaign import differs_afresh
from stress.executions import PRINTED_MAX, Target
from stress.findings import Example, Finding, Keeper, token_file
from stress.inputs import arguments
from stress.jobs import LocalPool


@dataclass(frozen=True)
class FindingsFolder:
    """The folder that the findings of a test are kept in, and how it is named.

    Attributes:
        path: the folder, which may not be there yet.
        started_in: the folder that paths are shown from.
    """

    path: Path
    started_in: Path

    def seen(self, path: Path) -> Path:
        """Return a path as seen from where the session was started."""
        inside = path.is_relative_to(self.started_in)
        return path.relative_to(self.started_in) if inside else path

    def said(self, kept: Path | None) -> str:
        """Say where a finding is kept."""
        if kept is None:
            return "not kept: its folder cannot be written"
        return f"kept in {self.seen(kept)}"

    def as_given(self, tokens: Sequence[str], kept: Path | None) -> tuple[str, ...]:
        """Return tokens as they are given to a command: a long one by its file, if it has one.

        Args:
            tokens: the tokens of a finding.
            kept: the folder it is kept in, None if there is none.
        """
        return tuple(
            f"@{self.seen(kept / token_file(number))}"
            if len(token) > PRINTED_MAX and kept is not None
            else token
            for number, token in enumerate(tokens)
        )


def settled(
    finding: Finding, target: Target, folder: FindingsFolder
) -> tuple[list[str], tuple[str, ...]]:
    """Confirm a finding and keep it.

    Args:
        finding: what was found.
        target: what it was found on.
        folder: where it is kept.

    Returns:
        What there is to say of that, and the tokens as they are given to a command.

    Raises:
        NotDeterministic: it came out otherwise in a fresh process.
    """
    where = f"execution {finding.execution} of {finding.scenario}"
    notes = _confirmed(target, finding.example, where)
    kept = Keeper(folder.path).settled(1, finding)
    return [*notes, folder.said(kept)], folder.as_given(finding.example.tokens, kept)


def _confirmed(target: Target, example: Example, where: str) -> list[str]:
    """Have a finding run once more in a fresh process; say if it could not be.

    Raises:
        NotDeterministic: it came out otherwise there.
    """
    try:
        with LocalPool(0, hang_s=arguments.hang_s()) as pool:
            differences = differs_afresh(pool, target.by_file(), example, where)
    except HarnessBug as bug:
        # A class inside a function, or one whose file needs its neighbours, cannot be had there.
        reason = str(bug).strip().splitlines()[-1]
        return [f"not confirmed in a fresh process: {reason}"]
    if differences:
        raise differences[0]
    return []
