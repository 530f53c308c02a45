# SPDX-License-Identifier: GPL-2.0-only
"""The command `judge`: what is wrong in traces, whoever has written them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from harness.engine import printable_name
from stress.inputs import BadArgument, text_of
from stress.system import Exit, counted, say

_TRACE_MAX = 64 << 20


def judge(
    traces: Annotated[
        list[Path], typer.Argument(metavar="TRACE", help="Files of --trace, or of a kernel's.")
    ],
) -> None:
    """Judge traces: has a guest seen what no GIC does?

    A trace is judged by what the architecture allows, whether a model or a kernel has written it:
    no list, no lock, no list register is in it. It exits with 1 if one of them is wrong.
    """
    raise typer.Exit(judge_traces(traces))


def judge_traces(paths: Sequence[Path]) -> Exit:
    """Say what is wrong in traces.

    Args:
        paths: their files.

    Raises:
        BadArgument: one of them is no trace, or does not say of which machine it is.
    """
    from stress.plays import judged_alone
    from stress.traces import BadTrace, machine_of, read_trace

    wrong = 0
    for path in paths:
        shown = printable_name(str(path))
        text = text_of(path, _TRACE_MAX, "a trace")
        try:
            trace, machine = read_trace(text), machine_of(text)
        except BadTrace as error:
            raise BadArgument(f"{shown}: {error}") from error
        if machine is None:
            raise BadArgument(
                f"{shown}: it does not say of which machine it is, in a line that begins with "
                "`# machine`; --trace of `replay` and of `kernel run` writes one"
            )
        try:
            found = judged_alone(machine, trace)
        except BadTrace as error:
            raise BadArgument(f"{shown}: {error}") from error
        wrong += bool(found.bad)
        ended = "" if trace.ended else ", not to its end"
        of = f"{found.judged} of {counted(len(machine.irqs), 'interrupt')} judged"
        say(f"{shown}: {counted(len(trace.events), 'event')}{ended}, without entries, {of}")
        for line in found.bad:
            say(f"  {line}")
    verdict = f"{counted(wrong, 'trace')} of {len(paths)} wrong" if wrong else "nothing is wrong"
    say(f"{'FAILURE' if wrong else 'SUCCESS'}: {verdict}")
    return Exit.FINDINGS if wrong else Exit.CLEAN
