# SPDX-License-Identifier: GPL-2.0-only
"""Accesses without their guard that are right: which, why, and what stands in for the guard.

Named by function and field alone, an excuse covers that function also when it has forgotten what
makes it right. So it may say what that is: a lock that is held, or a time at which nobody else is
there.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from harness.engine import Thread


class Excuse(NamedTuple):
    """Why an access needs no guard.

    Attributes:
        reason: why.
        holds: whether it does now, by who accesses it and the name of what; None if it always does.
    """

    reason: str
    holds: Callable[[Thread, str], bool] | None = None


Documented = Mapping[tuple[str, str], Excuse | str]
"""Excuses by function and field, or family of lists; a mere reason always holds."""


def is_excused(
    documented: Documented, function: str, field: str, thread: Thread, thing: object
) -> bool:
    """Tell whether an access is excused.

    Args:
        documented: the excuses.
        function: the model function that accesses the field.
        field: the field, or family of lists.
        thread: who does.
        thing: the object.
    """
    excuse = documented.get((function, field))
    if not isinstance(excuse, Excuse) or excuse.holds is None:
        return excuse is not None
    return excuse.holds(thread, str(thing))
