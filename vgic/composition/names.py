# SPDX-License-Identifier: GPL-2.0-only
"""Names that are asked for and not there: the one that may have been meant, if any is near."""

import difflib
from collections.abc import Iterable


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """Return a clause for the end of a message, "" if nothing is near."""
    near = difflib.get_close_matches(name, sorted(names), n=1, cutoff=0.5)
    return f"; did you mean {near[0]}?" if near else ""
