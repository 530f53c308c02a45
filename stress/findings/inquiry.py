# SPDX-License-Identifier: GPL-2.0-only
"""An inquiry into one failure: confirm it, shrink it, and write down all there is to say of it.

A campaign sees only that an execution failed, and how. It asks for an inquiry into the first
failure with a symptom, the tenth, the hundredth: a known race must not hide another one with the
same symptom, and inquiring into each would take longer than the campaign.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from harness import Carriers, Failure
from harness.detectors.lock_order import KIND, Witnessed, inverted
from stress.executions import Target, Token, run_index, witness
from stress.explaining import orders_text
from stress.findings.elsewhere import revisions_with
from stress.findings.example import Example, as_found, in_its_own_words, look_into
from stress.scenarios import SCENARIOS, drawn_otherwise, machine_digest
from stress.shrinking import Size


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A failure to look into, for one worker.

    Attributes:
        number: its number among the campaign's inquiries, from 1, negative: not a batch's.
        target: what is tested.
        seed: the campaign's seed.
        strategy: the strategy's name, or the mix.
        items: scenario and index of the execution, as a batch has them; of each if it is about
            an order of locks that several have shown.
        replays_max: how many replays shrinking may take; with 0 it stays as it was found.
        orders: the steps of a cycle in the order of locks.
        elsewhere: try it on every revision, too.
        machine: the digest of the machine that a user's scenario drew; "" if it is delivered here,
            or not known.
        explained: shrink it and show it; without, it is only confirmed.
    """

    number: int
    target: Target
    seed: int
    strategy: str
    items: tuple[tuple[str, int], ...]
    replays_max: int
    orders: tuple[Witnessed, ...] = ()
    elsewhere: bool = False
    machine: str = ""
    explained: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an inquiry.

    Attributes:
        number: the inquiry's.
        scenario: the scenario of the execution.
        execution: its index within the scenario.
        strategy: the strategy that found it.
        example: what there is to say of it.
        last: nothing more comes; False for what is confirmed and about to be shrunk.
    """

    number: int
    scenario: str
    execution: int
    strategy: str
    example: Example
    last: bool = True


def inquire(inquiry: Inquiry, carriers: Carriers, so_far: Callable[[Answer], None]) -> Answer:
    """Run the execution of an inquiry again and look into its failure.

    Args:
        inquiry: what to look into.
        carriers: what the threads run on.
        so_far: called with the failure when it is confirmed, before shrinking it takes its time.

    Raises:
        ScenarioAtFault: a user's scenario has drawn another machine than in the campaign.
        HarnessBug: it does not fail again, or not alike.
    """
    name, index = inquiry.items[0]
    strategy, target = inquiry.strategy, inquiry.target
    answer = partial(Answer, inquiry.number, name, index, SCENARIOS[name].strategy(strategy, index))
    if inquiry.orders:
        return answer(_tried(inquiry, _look_into_orders(inquiry, carriers), carriers))
    single = run_index(SCENARIOS[name], inquiry.seed, index, strategy, target, carriers)
    if inquiry.machine not in ("", machine_digest(single.parameters)):
        raise drawn_otherwise(SCENARIOS[name], f"for execution {index} of seed {inquiry.seed}")
    if not inquiry.explained:
        return answer(as_found(single, name, target, carriers)[1])
    example = look_into(
        single,
        name,
        target,
        carriers,
        replays_max=inquiry.replays_max,
        confirmed=lambda found: so_far(answer(found, last=False)),
    )
    return answer(_tried(inquiry, example, carriers))


def _tried(inquiry: Inquiry, example: Example, carriers: Carriers) -> Example:
    """Try an example on every revision, if that is asked for."""
    if not inquiry.elsewhere:
        return example
    tokens = [Token.decode(text) for text in example.tokens]
    fails, passes = revisions_with(tokens, carriers)
    return replace(example, fails_on=fails, passes_on=passes)


def _look_into_orders(inquiry: Inquiry, carriers: Carriers) -> Example:
    """Make a token of each execution of a cycle; they are one finding and not shrunk."""
    tokens, target = [], inquiry.target
    signature = inverted(list(inquiry.orders))
    for name, index in inquiry.items:
        single = run_index(SCENARIOS[name], inquiry.seed, index, inquiry.strategy, target, carriers)
        tokens.append(witness(single, name, signature, target, carriers))
    texts = [token.encode() for token in tokens]
    return circle(inquiry.orders, signature, texts, target)


def circle(
    orders: Sequence[Witnessed], signature: str, tokens: Sequence[str], target: Target
) -> Example:
    """Return a circle of lock orders as an example, in its own words.

    Args:
        orders: its steps, each with where it was seen.
        signature: what it is called.
        tokens: the executions that it takes.
        target: what they were run on.
    """
    lines = orders_text([(learned, f"{name} {index}") for learned, (name, index) in orders])
    failure = Failure(KIND, lines[0], details=tuple(lines[1:]))
    return in_its_own_words(failure, signature, tokens, _NO_SIZE, target)


_NO_SIZE = Size(0, 0, 0, choices=0, preemptions=0, switches=0, steps=0)


def is_looked_into(nth: int) -> bool:
    """Say whether the n-th failure with a symptom is looked into: the 1st, 10th, 100th are."""
    return str(nth).strip("0") == "1"
