# SPDX-License-Identifier: GPL-2.0-only
"""What came of comparing, in words for people and as values for programs."""

from collections.abc import Iterator, Sequence

from stress.agreement.agreeing import Agreement, Differing
from stress.agreement.comparing import that_count
from stress.plays import print_script
from stress.system import counted
from stress.traces import Event, Trace, print_trace

_NUMBERS = 3
_BEFORE = 12


def summary(agreement: Agreement) -> str:
    """Return how many programs agree and how many do not, on one line."""
    parts = [f"{agreement.quiet} show the model's quiet outcome"]
    if agreement.possible:
        parts.append(f"{len(agreement.possible)} another possible one")
    parts.append(f"{len(agreement.differing)} differ")
    if agreement.lost:
        parts.append(f"{len(agreement.lost)} could not be judged")
    return f"{counted(agreement.programs, 'program')}: {', '.join(parts)}"


def differences(agreement: Agreement) -> Iterator[str]:
    """Yield a line for each name of a difference, the most frequent first."""
    for (category, name, like), them in agreement.by_name().items():
        cause = f"as {like} does" if like else name
        names = ", ".join(each.play.name for each in them[:_NUMBERS])
        more = ", ..." if len(them) > _NUMBERS else ""
        yield f"{len(them)} ({category}): {cause}: {names}{more}"


def agreement_values(agreement: Agreement) -> dict[str, object]:
    """Return what came of comparing as JSON values."""
    return {
        "programs": agreement.programs,
        "judged": agreement.judged,
        "quiet": agreement.quiet,
        "possible": len(agreement.possible),
        "different": len(agreement.differing),
        "lost": list(agreement.lost),
        "differences": [
            {
                "category": category,
                "name": name,
                "like": like,
                "programs": [each.play.name for each in them],
                "bounded": sum(each.bounded for each in them),
            }
            for (category, name, like), them in agreement.by_name().items()
        ],
    }


def example(differing: Differing, model: Trace) -> str:
    """Show one program that differs: its script, and both traces from where they part.

    Args:
        differing: the program, and what the kernel showed.
        model: its quiet trace in the model.
    """
    play, agreed = differing.play, differing.difference.agreed
    return "\n".join(
        [
            print_script(play),
            f"The same in {counted(agreed, 'event')}, the last of them:",
            *_lines(that_count(play, model)[max(0, agreed - _BEFORE) : agreed]),
            "then in the model:",
            *_lines(that_count(play, model)[agreed:]),
            "and on the kernel:",
            *_lines(that_count(play, differing.kernel)[agreed:]),
        ]
    )


def _lines(events: Sequence[Event]) -> list[str]:
    return [f"  {line}" for line in print_trace(Trace(tuple(events))).splitlines()[1:]]
