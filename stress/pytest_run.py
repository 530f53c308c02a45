# SPDX-License-Identifier: GPL-2.0-only
"""What a marked test does: executions in this process, up to the first finding.

The same executions as `vgic-stress run SCENARIO --seed N` has, on carriers that are kept for the
whole session; under xdist each worker claims a core of its own.
"""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from harness import DivergedFrom, Failed, OsThreads
from harness.replay import LenientReplay, StrictReplay
from harness.strategies import PORTFOLIO
from stress import arguments
from stress.inquiry import look_into
from stress.report import shrunk_text
from stress.scenarios import SCENARIOS
from stress.shrinking import REPLAYS
from stress.single import run_index, run_parameters
from stress.subject import Subject
from stress.token import Token
from vgic import DEFAULT, V1, CompositionError, compose, named_revision, patched


@dataclass(frozen=True)
class Found:
    """A failure for the report: what to say, and the token that replays it."""

    text: str
    token: str


@dataclass(frozen=True)
class _ClassSubject(Subject):
    """A kernel given as a class; a token names it and hashes its source."""

    cls: type[V1] = V1

    def kernel(self) -> type[V1]:
        return self._checked(compose(self.cls, self.bugs))

    def patch_identity(self) -> tuple[str, str] | None:
        source = Path(inspect.getfile(self.cls)).read_bytes()
        return self.cls.__name__, sha256(source).hexdigest()[:16]


def _subject(kernel: object, bugs: object) -> Subject:
    names = (bugs,) if isinstance(bugs, str) else bugs
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise BadMarker(f"bugs are names of bugs, not {bugs!r}")
    if isinstance(kernel, str):
        named_revision(kernel)
        return Subject(kernel, tuple(names))
    if not inspect.isclass(kernel):
        raise BadMarker(f"kernel is a revision by name or a class, not {kernel!r}")
    cls = patched(kernel)
    place = f"{Path(inspect.getfile(cls)).name}:{cls.__name__}"
    return _ClassSubject(place, tuple(names), cls=cls)


@cache
def _carriers() -> OsThreads:
    return OsThreads()


class BadMarker(ValueError):
    """What a marker asks for makes no sense; the message says what and why."""


def stress(
    args: Sequence[object],
    kwargs: Mapping[str, object],
    *,
    seed_text: str,
    token_text: str | None,
) -> Found | None:
    """Run what a marker asks for.

    Args:
        args: the marker's positional arguments.
        kwargs: the marker's keyword arguments.
        seed_text: the seed, as given.
        token_text: a token to replay instead, or None.

    Returns:
        The first finding, None if there is none.

    Raises:
        BadMarker: an argument of the marker makes no sense.
    """
    try:
        marked = inspect.signature(_stress).bind(
            *args, **kwargs, seed_text=seed_text, token_text=token_text
        )
    except TypeError as error:
        raise BadMarker(str(error)) from error
    try:
        return _stress(*marked.args, **marked.kwargs)
    except (arguments.BadArgument, CompositionError) as error:
        raise BadMarker(str(error)) from error


def _stress(
    scenario: object,
    executions: object = 100,
    kernel: object = DEFAULT,
    bugs: object = (),
    strategy: object = PORTFOLIO,
    *,
    seed_text: str,
    token_text: str | None,
) -> Found | None:
    subject = _subject(kernel, bugs)
    if not isinstance(scenario, str) or not isinstance(strategy, str):
        wrong = strategy if isinstance(scenario, str) else scenario
        raise BadMarker(f"scenarios and strategies go by their names, not {wrong!r}")
    (name,) = arguments.scenarios([scenario])
    if type(executions) is not int or executions < 1:
        raise BadMarker(f"executions is a number from 1, not {executions!r}")
    if token_text is not None:
        return _replay(Token.decode(token_text), subject)
    seed, strategy = arguments.seed(seed_text), arguments.strategy(strategy)
    chosen = subject.kernel()
    for index in range(executions):
        single = run_index(SCENARIOS[name], seed, index, strategy, chosen, _carriers())
        if isinstance(single.execution.outcome, Failed):
            example = look_into(single, name, subject, chosen, _carriers(), replays_max=REPLAYS)
            where = f"execution {index} of {name}, seed {seed:#x}, on {subject}"
            text = [
                example.identity,
                f"  {where}",
                f"  {shrunk_text(example)}",
                "",
                example.columns,
            ]
            return Found("\n".join(text), example.token)
    return None


def _replay(token: Token, subject: Subject) -> Found | None:
    """Replay strictly, and re-anchored where that diverges; what has no place is a failure."""
    kernel = subject.kernel()
    strict = StrictReplay(token.deviations)
    outcome = run_parameters(token.parameters, kernel, strict, _carriers()).execution.outcome
    if isinstance(outcome, DivergedFrom) or strict.never_reached:
        lenient = LenientReplay(token.deviations)
        outcome = run_parameters(token.parameters, kernel, lenient, _carriers()).execution.outcome
        if not isinstance(outcome, Failed) and lenient.unplaced:
            return Found(
                f"cannot be judged: {len(lenient.unplaced)} deviations found no place",
                token.encode(),
            )
    if isinstance(outcome, Failed):
        failure = outcome.failure
        return Found(f"{failure.signature}\n  {failure.message}\n  replayed", token.encode())
    return None
