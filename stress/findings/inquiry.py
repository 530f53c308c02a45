# SPDX-License-Identifier: GPL-2.0-only
"""An inquiry into one failure: confirm it, shrink it, and write down all there is to tell of it.

A campaign sees only that an execution failed, and how. It asks for an inquiry into the first
failure with a symptom, the tenth, the hundredth: a known race must not hide another one with the
same symptom, and inquiring into each would take longer than the campaign.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from harness import Carriers, Failure
from harness.detectors.lock_order import KIND, Witnessed, inverted
from stress.executions import Single, Subject, Token, confirm, run_index, witness
from stress.explaining import orders_text, repro_file, tell
from stress.scenarios import SCENARIOS
from stress.shrinking import Size, shrink
from stress.system import output
from vgic import Mechanism


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A failure to look into, for one worker.

    Attributes:
        number: its number among the campaign's inquiries, from 1, negative: not a batch's.
        subject: what is tested.
        seed: the campaign's seed.
        strategy: the strategy's name, or the mix.
        items: scenario and index of the execution, as a batch has them; of each if it is about
            an order of locks that several have shown.
        replays_max: how many replays shrinking may take; with 0 it stays as it was found.
        orders: the steps of a cycle in the order of locks.
    """

    number: int
    subject: Subject
    seed: int
    strategy: str
    items: tuple[tuple[str, int], ...]
    replays_max: int
    orders: tuple[Witnessed, ...] = ()


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
        timeline: the same as Chrome trace events.
        repro: a test file.
        others: the tokens of the other executions it takes.
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
    timeline: str
    repro: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an inquiry.

    Attributes:
        number: the inquiry's.
        scenario: the scenario of the execution.
        execution: its index within the scenario.
        strategy: the strategy that found it.
        example: what there is to tell.
        last: nothing more comes; False for what is confirmed and about to be shrunk.
    """

    number: int
    scenario: str
    execution: int
    strategy: str
    example: Example
    last: bool = True


def inquire(
    inquiry: Inquiry, kernel: type[Mechanism], carriers: Carriers, so_far: Callable[[Answer], None]
) -> Answer:
    """Run the execution of an inquiry again and look into its failure.

    Args:
        inquiry: what to look into.
        kernel: what is tested.
        carriers: what the threads run on.
        so_far: told the failure when it is confirmed, before shrinking it takes its time.

    Raises:
        HarnessBug: it does not fail again, or not alike.
    """
    name, index = inquiry.items[0]
    strategy = inquiry.strategy
    answer = partial(Answer, inquiry.number, name, index, SCENARIOS[name].strategy(strategy, index))
    if inquiry.orders:
        return answer(_look_into_orders(inquiry, kernel, carriers))
    single = run_index(SCENARIOS[name], inquiry.seed, index, strategy, kernel, carriers)
    example = look_into(
        single,
        name,
        inquiry.subject,
        kernel,
        carriers,
        replays_max=inquiry.replays_max,
        confirmed=lambda found: so_far(answer(found, last=False)),
    )
    return answer(example)


def _look_into_orders(inquiry: Inquiry, kernel: type[Mechanism], carriers: Carriers) -> Example:
    """Make a token of each execution of a cycle; they are told together and not shrunk."""
    tokens = []
    signature = inverted(list(inquiry.orders))
    for name, index in inquiry.items:
        single = run_index(SCENARIOS[name], inquiry.seed, index, inquiry.strategy, kernel, carriers)
        tokens.append(witness(single, name, signature, inquiry.subject, kernel, carriers))
    texts = [token.encode() for token in tokens]
    told = orders_text([(learned, f"{name} {index}") for learned, (name, index) in inquiry.orders])
    failure = Failure(KIND, told[0], details=tuple(told[1:]))
    return _untold(failure, signature, texts, _NO_SIZE, inquiry.subject)


_NO_SIZE = Size(0, 0, 0, choices=0, preemptions=0, switches=0, steps=0)


def _untold(
    failure: Failure, signature: str, tokens: Sequence[str], size: Size, subject: Subject
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
        timeline="[]",
        repro=repro_file(signature, text, tokens, subject),
        others=tuple(tokens[1:]),
    )


def is_looked_into(nth: int) -> bool:
    """Say whether the n-th failure with a symptom is looked into: the 1st, 10th, 100th are."""
    return str(nth).strip("0") == "1"


def as_found(
    single: Single, scenario: str, subject: Subject, kernel: type[Mechanism], carriers: Carriers
) -> tuple[Token, Example]:
    """Confirm a failing execution; return its token, and the failure as it was found.

    Raises:
        HarnessBug: it cannot be replayed.
    """
    token, failure = confirm(single, scenario, subject, kernel, carriers)
    size = shrink(token, kernel, carriers, replays_max=0).before
    return token, _untold(failure, token.signature, [token.encode()], size, subject)


def look_into(
    single: Single,
    scenario: str,
    subject: Subject,
    kernel: type[Mechanism],
    carriers: Carriers,
    *,
    replays_max: int,
    interrupted: Callable[[], bool] = lambda: False,
    confirmed: Callable[[Example], None] = lambda example: None,
) -> Example:
    """Confirm a failing execution, shrink it and tell it.

    Args:
        single: the execution.
        scenario: where its parameters come from.
        subject: what it was run on.
        kernel: the same, as a class.
        carriers: what the threads run on.
        replays_max: how many replays shrinking may take.
        interrupted: asked before each; True ends shrinking with the simplest so far.
        confirmed: told the failure as it was found, when that has been replayed.

    Raises:
        HarnessBug: it cannot be replayed.
    """
    token, found = as_found(single, scenario, subject, kernel, carriers)
    confirmed(found)
    shrunk = shrink(token, kernel, carriers, replays_max=replays_max, interrupted=interrupted)
    story = tell(shrunk.token, subject, kernel, carriers)
    identity = token.signature
    # Preemptions that shrinking has not come to are the schedule's, not the bug's.
    if shrunk.complete and shrunk.preempted:
        identity += f", preempted in {', '.join(shrunk.preempted)}"
    text, columns = shrunk.token.encode(), story.columns()
    return Example(
        failure=story.recorded.failure or found.failure,
        symptom=token.signature,
        identity=identity,
        token=text,
        original=token.encode(),
        before=shrunk.before,
        after=shrunk.after,
        replays=shrunk.replays,
        complete=shrunk.complete,
        columns=columns,
        on_screen=story.columns(output.width()),
        commit=story.view("commit"),
        timeline=story.timeline(),
        repro=repro_file(identity, columns, [text], subject),
    )
