# SPDX-License-Identifier: GPL-2.0-only
"""An explanation: one execution, recorded once and shown in every view."""

from dataclasses import dataclass
from textwrap import wrap

from harness import Carriers
from stress.executions import Target, Token
from stress.explaining.choices import Choice, what_matters
from stress.explaining.columns import WIDTH, columns
from stress.explaining.commit import commit
from stress.explaining.every_step import every_step
from stress.explaining.first_divergence import FirstDivergence, first_divergence
from stress.explaining.lockdep import lockdep
from stress.explaining.recorded import Recorded, record
from stress.explaining.timeline import timeline
from vgic import Mechanism
from vgic.revisions import (
    FlushBeforeMode,
    KeysReadAgain,
    OutsideBeforeSync,
    Reference,
    SortedBySummary,
)

CHOICES_MAX = 12
"""Of more choices than this nobody wants to read which matter."""

_REFERENCE = Target()
"""The correct kernel."""

VIEWS = ("columns", "lockdep", "commit", "full")


@dataclass(frozen=True)
class Explanation:
    """An execution that was recorded.

    Attributes:
        token: replays it.
        target: what it was run on.
        recorded: what happened.
        divergence: where the reference goes another way under the same schedule, if it does;
            it enters and leaves its guest in the order in which the kernel does, unless that order
            is what is wrong.
        choices: what happens without each choice, if it failed and there are few.
    """

    token: Token
    target: Target
    recorded: Recorded
    divergence: FirstDivergence | None
    choices: tuple[Choice, ...]

    def columns(self, width: int = WIDTH) -> str:
        """Return who does what, side by side, and what happens without each choice."""
        lines = [columns(self.recorded, self.divergence, width)]
        for choice in self.choices:
            lines += wrap(str(choice), width, subsequent_indent="  ")
        count = len(self.token.deviations)
        if self.recorded.failure is not None and count > CHOICES_MAX:
            lines.append(f"{count} choices: `vgic-stress shrink` leaves those that matter")
        return "\n".join(lines)

    def view(self, name: str, width: int = WIDTH) -> str:
        """Return one of VIEWS, in lines of such a width; that for an e-mail has its own."""
        if name == "columns":
            return self.columns(width)
        if name == "lockdep":
            return lockdep(self.recorded, width)
        if name == "full":
            return every_step(self.recorded, width)
        return commit(
            self.recorded,
            self.target,
            self.token.encode(),
            self.choices,
            self.divergence,
        )

    def timeline(self) -> str:
        """Return the execution as Chrome trace events."""
        return timeline(self.recorded, f"{self.token.signature} on {self.target}")


def explain(token: Token, target: Target, carriers: Carriers) -> Explanation:
    """Run an execution again and record it.

    Args:
        token: the execution; a deviation that has no place is left out.
        target: what it is run on.
        carriers: what the threads run on.

    Raises:
        HarnessBug: the harness's own code raised an exception.
    """
    recorded = record(token.parameters, token.deviations, target, carriers)
    failure = recorded.failure
    divergence, choices = None, []
    if failure is not None:
        if target.kernel is not _REFERENCE.kernel:
            reference = _correct(token, target, failure.signature, carriers)
            divergence = first_divergence(recorded, reference)
        if len(token.deviations) <= CHOICES_MAX:
            choices = what_matters(
                token.parameters,
                token.deviations,
                recorded.preemptions,
                failure.signature,
                target,
                carriers,
            )
    return Explanation(token, target, recorded, divergence, tuple(choices))


def _correct(token: Token, target: Target, signature: str, carriers: Carriers) -> Recorded:
    """Return the execution of the correct kernel that one which failed is compared with.

    That kernel enters and leaves its guest in the order of the other one: with another order it
    would go another way at the first entry, whatever else is wrong. If it fails alike, then it is
    the order that is wrong, and the kernel has its own.
    """
    ordered = _in_the_order_of(target.kernel)
    if ordered is not None:
        there = ordered.checking(points=target.points)
        recorded = record(token.parameters, token.deviations, there, carriers)
        if recorded.failure is None or recorded.failure.signature != signature:
            return recorded
    # Where its threads cannot be interleaved alike, not every choice has a place.
    plain = _REFERENCE.checking(points=target.points)
    return record(token.parameters, token.deviations, plain, carriers)


_ORDERS: dict[type[Mechanism], str] = {
    FlushBeforeMode: "enter_guest_mode",
    OutsideBeforeSync: "leaves_guest_mode_before_sync",
    KeysReadAgain: "sample_keys",
    SortedBySummary: "needs_sort",
}
"""What all kernels of a time do in another order, and by which function."""


def _in_the_order_of(kernel: type[Mechanism]) -> Target | None:
    """Return the correct kernel with what another has inherited of older orders, if it has any.

    What it has defined itself, or taken out of an older one as its mistake, is what is compared.
    """
    orders = [
        fact
        for fact, function in _ORDERS.items()
        if issubclass(kernel, fact) and getattr(kernel, function) is getattr(fact, function)
    ]
    return Target(cls=type("Reference", (*orders, Reference), {})) if orders else None
