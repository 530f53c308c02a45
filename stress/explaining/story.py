# SPDX-License-Identifier: GPL-2.0-only
"""All there is to tell of one execution: recorded once, told in every view."""

from dataclasses import dataclass
from textwrap import wrap

from harness import Carriers
from stress.executions import Subject, Token
from stress.explaining.columns import WIDTH, columns
from stress.explaining.commit import commit
from stress.explaining.departure import Departure, departure
from stress.explaining.every_step import every_step
from stress.explaining.lockdep import lockdep
from stress.explaining.necessity import Need, needs
from stress.explaining.recorded import Recorded, record
from stress.explaining.timeline import timeline
from vgic import Mechanism, Reference

NEEDS_MAX = 12
"""Of more choices than this nobody wants to read what each is needed for."""

VIEWS = ("columns", "lockdep", "commit", "full")


@dataclass(frozen=True)
class Story:
    """An execution that was recorded.

    Attributes:
        token: replays it.
        subject: what it was run on.
        recorded: what happened.
        departure: where the reference goes another way under the same schedule, if it does.
        needed: what each choice is needed for, if it failed and there are few.
    """

    token: Token
    subject: Subject
    recorded: Recorded
    departure: Departure | None
    needed: tuple[Need, ...]

    def columns(self, width: int = WIDTH) -> str:
        """Return who does what, side by side, and what each choice is needed for."""
        lines = [columns(self.recorded, self.departure, width)]
        for need in self.needed:
            lines += wrap(str(need), width, subsequent_indent="  ")
        choices = len(self.token.deviations)
        if self.recorded.failure is not None and choices > NEEDS_MAX:
            lines.append(f"{choices} choices: `vgic-stress shrink` leaves those that matter")
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
            self.token.parameters,
            self.subject,
            self.token.encode(),
            self.needed,
            self.departure,
        )

    def timeline(self) -> str:
        """Return the execution as Chrome trace events."""
        return timeline(self.recorded, f"{self.token.signature} on {self.subject}")


def tell(token: Token, subject: Subject, kernel: type[Mechanism], carriers: Carriers) -> Story:
    """Run an execution again and record it.

    Args:
        token: the execution; a deviation that has no place is left out.
        subject: what it is run on.
        kernel: the same, as a class.
        carriers: what the threads run on.

    Raises:
        HarnessBug: the harness's own code raised an exception.
    """
    recorded = record(token.parameters, token.deviations, kernel, carriers)
    failure = recorded.failure
    departs, needed = None, []
    if failure is not None:
        if kernel is not Reference:
            departs = departure(
                recorded, record(token.parameters, token.deviations, Reference, carriers)
            )
        if len(token.deviations) <= NEEDS_MAX:
            needed = needs(
                token.parameters,
                token.deviations,
                recorded.preemptions,
                failure.signature,
                kernel,
                carriers,
            )
    return Story(token, subject, recorded, departs, tuple(needed))
