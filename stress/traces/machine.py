# SPDX-License-Identifier: GPL-2.0-only
"""Of which machine a trace is: a remark with its parameters, by which a trace can be judged.

A comparison of two traces does not look at it; who judges one has to know what was an edge, where
interrupts went, and how urgent they were.
"""

import json

from stress.traces.reading import BadTrace
from vgic import BadParameters, Parameters

MACHINE = "# machine "
"""What the remark begins with; it stands before all events."""


def machine_line(parameters: Parameters) -> str:
    """Return the remark that says of which machine a trace is."""
    return MACHINE + json.dumps(parameters.to_values(), separators=(",", ":"))


def machine_of(text: str) -> Parameters | None:
    """Return of which machine a trace is; None if it does not say.

    Args:
        text: a trace; it may come from anywhere.

    Raises:
        BadTrace: what it says is no machine.
    """
    for number, line in enumerate(text.split("\n"), 1):
        if not line.startswith("#"):
            return None
        if line.startswith(MACHINE):
            return _machine(line.removeprefix(MACHINE), number)
    return None


def _machine(values: str, number: int) -> Parameters:
    try:
        return Parameters.from_values(json.loads(values))
    except BadParameters as error:
        raise BadTrace(f"line {number}: no machine is like that: {error}") from error
    except (ValueError, RecursionError) as error:
        raise BadTrace(f"line {number}: it is no machine in JSON") from error
