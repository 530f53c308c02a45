# SPDX-License-Identifier: GPL-2.0-only
"""What is wrong with a program, in the one line that its author reads first."""

from harness.engine import Failure

_ASSERTION = "AssertionError"

_SPINS = (
    " (a loop that waits for another thread says so with `cpu_relax` or waits with `wait_until`: "
    "then it is judged by who can go on, and not by how long it takes)"
)


def headline(failure: Failure) -> str:
    """Return what went wrong, and in which function, in one line."""
    place = ", ".join(dict.fromkeys(filter(None, failure.functions)))
    where = f" in {place}" if place else ""
    if failure.kind == "exception":
        name, _, text = first_line(failure.message).partition(": ")
        if name == _ASSERTION:
            return f"an assertion fails{where}: {text}" if text else f"an assertion fails{where}"
        return f"an exception{where}: {first_line(failure.message)}"
    hint = _SPINS if failure.kind == "step bound" else ""
    return f"{failure.kind}{where}: {failure.message}{hint}"


def first_line(message: str) -> str:
    """Return the first line of an exception's text, whose ends of lines have been escaped.

    What pytest makes of an assertion has several: the author's own words come first.
    """
    return message.partition(r"\n")[0]
