# SPDX-License-Identifier: GPL-2.0-only
"""What would mend a failure: which override, taken out again, is enough for it to pass.

Found by running it. The reference's method is put in the place of each of a kernel's own in turn,
and the same execution is followed: without the one that is to blame it passes, every deviation in
its place. Where no one is to blame alone, every two are tried: one may only make sense with the
other; of many overrides every two of one class. Failures that the same mend cures are one finding,
however differently they show.
"""

import inspect
from collections.abc import Sequence
from itertools import combinations

from harness import Carriers, HarnessBug
from stress.executions import Target, Token, follow
from stress.explaining import FirstDivergence
from vgic import Mechanism, Reference

_PAIRS_MAX = 45
"""So many pairs of overrides are taken out together: every two of ten."""


def mends(
    token: Token, target: Target, divergence: FirstDivergence | None, carriers: Carriers
) -> tuple[str, ...]:
    """Return what mends a failure: methods of a kernel of which each alone is to blame.

    Args:
        token: the execution that fails.
        target: what it fails on.
        divergence: where the reference goes another way in it, if that is known.
        carriers: what the threads run on.

    Returns:
        Their names, first that in which it diverges from the reference, if it is among them. If
        none is to blame alone, two names that are together, as `f and g`; nothing if it takes more
        than two, or if it fails on the reference itself.
    """
    names = overrides(target.kernel)
    found = [name for name in names if _passes([name], token, target, carriers)]
    if not found:
        pairs = _pairs(target.kernel, names)
        found = [" and ".join(pair) for pair in pairs if _passes(pair, token, target, carriers)]
    if divergence is not None:
        first = (divergence.decided_in, divergence.function)
        found.sort(key=lambda name: first.index(name) if name in first else len(first))
    return tuple(found)


def _pairs(kernel: type[Mechanism], names: Sequence[str]) -> list[tuple[str, str]]:
    """Return every two overrides; where those are too many, every two that one class makes.

    A revision is made of facts, and what only makes sense together is one of them.
    """
    pairs = list(combinations(names, 2))
    if len(pairs) > _PAIRS_MAX:
        made = [vars(cls).keys() for cls in kernel.__mro__ if not issubclass(Reference, cls)]
        pairs = [pair for pair in pairs if any(by >= set(pair) for by in made)]
    return pairs if len(pairs) <= _PAIRS_MAX else []


def overrides(kernel: type[Mechanism]) -> list[str]:
    """Return the names of a kernel's methods that are not the reference's, in order."""
    return [
        name
        for name, theirs in inspect.getmembers(Reference, inspect.isfunction)
        if not name.startswith("__") and inspect.unwrap(getattr(kernel, name, theirs)) is not theirs
    ]


def _passes(names: Sequence[str], token: Token, target: Target, carriers: Carriers) -> bool:
    try:
        followed = follow(token, target.with_reference_methods(names), carriers)
    except HarnessBug:
        return False  # a class in halves may do what no whole one does
    return followed.failure is None and not followed.no_verdict


def mended_text(names: Sequence[str]) -> str:
    """Return in one line what mends a failure, "" if nothing that is known does."""
    if not names:
        return ""
    return f"passes with the reference's {' or '.join(names)}"
