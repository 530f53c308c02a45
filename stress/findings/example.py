# SPDX-License-Identifier: GPL-2.0-only
"""An example: one failure with all that there is to say of it, as found or in its simplest form.

A failure is confirmed first, which gives its token; then it is shrunk, and shown in every view.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from harness import Carriers, Failure
from harness.schedule import StrictReplay
from stress.executions import Single, Target, Token, confirm, run
from stress.explaining import explain, repro_file
from stress.findings.mending import mends
from stress.shrinking import Size, shrink
from stress.system import output


@dataclass(frozen=True, slots=True)
class Example:
    """A failure with all that is to be said of it.

    Attributes:
        failure: what goes wrong in the simplest execution.
        symptom: how the execution fails.
        identity: the same, with the functions at the preemptions that shrinking has left.
        token: replays the simplest execution that fails alike.
        original: replays the execution that was found.
        before: the size of that one.
        after: the size of the simplest.
        replays: how many executions shrinking took.
        complete: shrinking came to its end.
        columns: the simplest one side by side.
        on_screen: the same, as wide as the screen.
        commit: the same for a patch e-mail.
        trace: every step of it.
        timeline: the same as Chrome trace events.
        repro: a test file.
        others: the tokens of the other executions it takes.
        mends: what mends it: overrides of the kernel's, first the likeliest; see mending.py.
        kernel: which kernel that is: what it was found on, and a user's class by its hash.
        printed: what the class under test has printed in it, in lines.
        fails_on: the revisions that it fails on, if that was asked for.
        passes_on: the revisions that it passes on, likewise.
    """

    failure: Failure
    symptom: str
    identity: str
    token: str
    original: str
    before: Size
    after: Size
    replays: int
    complete: bool
    columns: str
    on_screen: str
    commit: str
    trace: str
    timeline: str
    repro: str
    others: tuple[str, ...] = ()
    mends: tuple[str, ...] = ()
    kernel: str = ""
    printed: tuple[str, ...] = ()
    fails_on: tuple[str, ...] = ()
    passes_on: tuple[str, ...] = ()

    @property
    def tokens(self) -> tuple[str, ...]:
        """The token, and those of the other executions that it takes."""
        return (self.token, *self.others)


def in_its_own_words(
    failure: Failure, signature: str, tokens: Sequence[str], size: Size, target: Target
) -> Example:
    """Return a failure as it was found, in its own words."""
    text = "\n".join([failure.message, *failure.details])
    return Example(
        failure=failure,
        symptom=signature,
        identity=signature,
        token=tokens[0],
        original=tokens[0],
        before=size,
        after=size,
        replays=0,
        complete=True,
        columns=text,
        on_screen=text,
        commit=text,
        trace=text,
        timeline="[]",
        repro=repro_file(signature, text, tokens, target),
        others=tuple(tokens[1:]),
    )


def as_found(
    single: Single, scenario: str, target: Target, carriers: Carriers
) -> tuple[Token, Example]:
    """Confirm a failing execution; return its token, and the failure as it was found.

    Raises:
        HarnessBug: it cannot be replayed.
    """
    token, failure = confirm(single, scenario, target, carriers)
    size = shrink(token, target, carriers, replays_max=0).before
    return token, in_its_own_words(failure, token.signature, [token.encode()], size, target)


def look_into(
    single: Single,
    scenario: str,
    target: Target,
    carriers: Carriers,
    *,
    replays_max: int,
    confirmed: Callable[[Example], None] = lambda example: None,
    programs: bool = True,
) -> Example:
    """Confirm a failing execution, shrink it and explain it.

    Args:
        single: the execution.
        scenario: where its parameters come from.
        target: what it was run on.
        carriers: what the threads run on.
        replays_max: how many replays shrinking may take.
        confirmed: called with the failure as it was found, when that has been replayed.
        programs: make the machine and its programs smaller, too, not the schedule alone.

    Raises:
        HarnessBug: it cannot be replayed.
    """
    token, found = as_found(single, scenario, target, carriers)
    confirmed(found)
    return simplest(
        token, found.failure, target, carriers, replays_max=replays_max, programs=programs
    )


def simplest(
    token: Token,
    failure: Failure,
    target: Target,
    carriers: Carriers,
    *,
    replays_max: int,
    interrupted: Callable[[], bool] = lambda: False,
    programs: bool = True,
) -> Example:
    """Shrink a failing execution that was confirmed, and explain it.

    Args:
        token: the execution as it was found.
        failure: what goes wrong in it.
        target: what it was run on.
        carriers: what the threads run on.
        replays_max: how many replays shrinking may take.
        interrupted: asked before each; True ends shrinking with the simplest so far.
        programs: make the machine and its programs smaller, too, not the schedule alone.

    Raises:
        HarnessBug: it cannot be replayed.
    """
    shrunk = shrink(
        token,
        target,
        carriers,
        replays_max=replays_max,
        interrupted=interrupted,
        programs=programs,
    )
    explanation = explain(shrunk.token, target, carriers)
    identity = token.signature
    # Preemptions that shrinking has not come to are the schedule's, not the bug's.
    if shrunk.complete and shrunk.preempted:
        identity += f", preempted in {', '.join(shrunk.preempted)}"
    text, columns = shrunk.token.encode(), explanation.columns()
    return Example(
        failure=explanation.recorded.failure or failure,
        symptom=token.signature,
        identity=identity,
        token=text,
        original=token.encode(),
        before=shrunk.before,
        after=shrunk.after,
        replays=shrunk.replays,
        complete=shrunk.complete,
        columns=columns,
        on_screen=explanation.columns(output.width()),
        commit=explanation.view("commit"),
        trace=explanation.view("full"),
        timeline=explanation.timeline(),
        repro=repro_file(identity, columns, [text], target),
        mends=mends(shrunk.token, target, explanation.divergence, carriers),
        kernel=" ".join([str(target), *(target.patch_identity() or ())]),
        printed=_printed(shrunk.token, target, carriers),
    )


def _printed(token: Token, target: Target, carriers: Carriers) -> tuple[str, ...]:
    """Run an execution once more, and return what it prints."""
    if not target.is_users:
        return ()
    return run(token.parameters, target, StrictReplay(token.deviations), carriers).printed
