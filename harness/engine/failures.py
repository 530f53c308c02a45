# SPDX-License-Identifier: GPL-2.0-only
"""Failures: what can be wrong with an execution, and the exceptions that carry it.

A failure is a fact about the modelled code. `HarnessBug` is a fact about us and is never mixed up
with one. Both kinds of unwinding are BaseExceptions, so that an `except Exception` in modelled
code cannot swallow them.
"""

from dataclasses import dataclass
from types import FrameType

from harness.engine.frames import (
    function_outside_python,
    model_function,
    own_line,
)
from harness.engine.printable import described, printable_name, printable_text, shortened
from harness.engine.tracebacks import calls_of, traceback_of

DETAILS_MAX = 200


@dataclass(frozen=True, repr=False)
class Failure:
    """One execution's failure.

    Names and texts may be those of the code under test: each is made one printable line of bounded
    length, so that what is printed and compared later can be neither forged nor lost.

    Attributes:
        kind: one word or two: `deadlock`, `lock order`, `list corruption`, `exception`, or what
            the model says, such as `I13 active set`.
        message: what happened, in the model's words, on one line.
        functions: the model functions involved, outermost reason first.
        lock_classes: the lock classes involved, if any.
        details: further lines for a reader; never part of the identity.
        manner: what tells it from others of its identity, "" if nothing does: in a search the first
            of each manner is worth a look. It is no part of the identity either.
    """

    kind: str
    message: str
    functions: tuple[str, ...] = ()
    lock_classes: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    manner: str = ""

    def __post_init__(self) -> None:
        """Make every text printable."""
        for field, value in (
            ("kind", printable_name(self.kind)),
            ("message", printable_text(self.message)),
            ("functions", tuple(map(printable_name, self.functions))),
            ("lock_classes", tuple(map(printable_name, self.lock_classes))),
            ("details", tuple(map(printable_text, self.details[:DETAILS_MAX]))),
        ):
            object.__setattr__(self, field, value)

    def __repr__(self) -> str:
        return f"Failure({self.signature}: {self.message})"

    @property
    def signature(self) -> str:
        """The identity of the failure: no ids, seeds or addresses."""
        parts = [self.kind]
        if functions := ", ".join(filter(None, self.functions)):
            parts.append(f"in {functions}")
        if self.lock_classes:
            parts.append("on " + ", ".join(self.lock_classes))
        return shortened(" ".join(parts))


class ModelFailure(BaseException):
    """Raised at the place of the failure; the scheduler has recorded it already."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class Unwind(BaseException):
    """Raised in a thread at its scheduling point when the execution is over for it."""


class Diverged(BaseException):
    """Raised by a strict replay where the execution does not follow the recorded schedule.

    Attributes:
        step: the step at which it was noticed.
        expected: what the schedule says.
        met: what the execution did instead.
    """

    def __init__(self, step: int, expected: str, met: str) -> None:
        super().__init__(f"at step {step}: expected {expected}, met {met}")
        self.step = step
        self.expected = expected
        self.met = met


class HarnessBug(Exception):
    """Something is wrong with the harness, not with the code under test."""


class NotDeterministic(HarnessBug):
    """The same program under the same schedule has come out otherwise.

    Whose fault that is depends on whose program it is. If all of it is delivered here it is ours.

    Attributes:
        how: what came out, and what then.
        where: at which step it differs, or what it depends on; "" if that is not known.
    """

    def __init__(self, how: str, where: str = "") -> None:
        super().__init__(
            f"nondeterminism: {how}; something in the code under test depends on time, identity, "
            "hashing or an earlier execution"
        )
        self.how = how
        self.where = where


class Abandoned(BaseException):
    """Raised in a thread that has not come to a scheduling point for so long that nobody waits."""


class Misbehaviour(RuntimeError):
    """Code under test has tried to do what no execution could be judged with.

    Attributes:
        kind: what the failure is called.
    """

    kind = "exception"


class ForeignThread(Misbehaviour):
    """A thread that the scheduler does not know was started, or has called the harness."""

    kind = "foreign thread"

    def failure(self, frame: FrameType) -> Failure:
        """Describe the scheduling point at which such a thread stands.

        Args:
            frame: where it stands, going outward.
        """
        line = own_line(frame)
        return Failure(
            kind=self.kind,
            message="a thread that the program has not added to the scheduler has called the "
            "harness: nobody could replay what it does",
            functions=(model_function(frame),),
            details=(line,) if line else (),
        )


def oops(exception: BaseException) -> Failure:
    """Describe an exception that the code under test has raised.

    The lines below it begin where it came up in that code, and then say who called: whoever reads
    them looks for a line of his own, and what carries his threads is none.
    """
    return Failure(
        kind=exception.kind if isinstance(exception, Misbehaviour) else "exception",
        message=described(exception),
        functions=(_raised_in(exception),),
        details=tuple(calls_of(traceback_of(exception))),
    )


def _raised_in(exception: BaseException) -> str:
    """Return the model function that an exception came up in, "" if none."""
    place = traceback_of(exception)
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    return function_outside_python(place.tb_frame) if place is not None else ""
