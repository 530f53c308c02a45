# SPDX-License-Identifier: GPL-2.0-only
"""Which preemptions matter: what happens if one of the choices that are left is left out.

Found by running it, never by reasoning about it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from harness import Carriers, Deviation, Failed, Label
from harness.schedule import LenientReplay
from stress.executions import Target, run
from vgic import Parameters


@dataclass(frozen=True)
class Choice:
    """One choice, and what happens without it.

    Attributes:
        words: the choice in words.
        without: what happens without it, in words.
    """

    words: str
    without: str

    def __str__(self) -> str:
        return f"without {self.words}: {self.without}"


def what_matters(
    parameters: Parameters,
    deviations: Sequence[Deviation],
    preemptions: Sequence[Deviation],
    signature: str,
    target: Target,
    carriers: Carriers,
) -> list[Choice]:
    """Leave out each choice of a schedule in turn and say what happens.

    Args:
        parameters: the machine and its programs.
        deviations: the schedule, labelled.
        preemptions: those of its deviations at which the thread could have gone on.
        signature: the failure's identity.
        target: what it is run on.
        carriers: what the threads run on.
    """
    found = []
    for place, deviation in enumerate(deviations):
        left = [*deviations[:place], *deviations[place + 1 :]]
        replay = LenientReplay(left)
        outcome = run(parameters, target, replay, carriers).execution.outcome
        if not isinstance(outcome, Failed):
            without = "it passes"
        elif outcome.failure.signature == signature:
            without = "it fails all the same"
        else:
            without = f"it fails in another way, {outcome.failure.signature}"
        words = in_words(deviation, preempts=deviation in preemptions)
        found.append(Choice(words, without))
    return found


def in_words(deviation: Deviation, *, preempts: bool) -> str:
    """Say in words what a deviation is."""
    if deviation.label is None or deviation.role == "start":
        return f"{deviation.to} going first"
    if preempts:
        return f"{deviation.role} giving way to {deviation.to} {before(deviation.label)}"
    return f"{deviation.to} going on where {deviation.role} cannot"


def before(label: Label) -> str:
    """Say in words where in a thread an operation stands."""
    operation = f"{label.kind} {label.lock_class}".strip()
    which = "" if label.nth == 1 else f"{_ordinal(label.nth)} "
    function = f" in {label.function}()" if label.function else ""
    return f"before its {which}`{operation}`{function}" if label.kind else "before it begins"


def _ordinal(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"
