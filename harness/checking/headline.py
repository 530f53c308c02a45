# SPDX-License-Identifier: GPL-2.0-only
"""What is wrong with a program, in the one line that its author reads first."""

from harness.engine import Failure

_ASSERTION = "AssertionError"

_HINTS = {
    "step bound": " (a loop that says with `cpu_relax` what it waits for, or is a `wait_until`, is "
    "judged by who can go on, and not by how long it takes)",
    "lock order": " (a deadlock wherever the two come at once)",
}
"""What those are told whom the words of the harness do not tell enough."""


def headline(failure: Failure) -> str:
    """Return what went wrong, and in which function, in one line."""
    place = ", ".join(dict.fromkeys(filter(None, failure.functions)))
    where = f" in {place}" if place else ""
    if failure.kind == "exception":
        name, _, text = lines_of(failure.message)[0].partition(": ")
        if name == _ASSERTION:
            return f"an assertion fails{where}: {text}" if text else f"an assertion fails{where}"
        return f"an exception{where}: {lines_of(failure.message)[0]}"
    return f"{failure.kind}{where}: {failure.message}{_HINTS.get(failure.kind, '')}"


def lines_of(message: str) -> list[str]:
    """Return the lines of an exception's text, whose ends have been escaped.

    What pytest makes of an assertion has several: the author's own words come first.
    """
    first, *rest = message.split(r"\n")
    return [first.removesuffix(": "), *rest]
