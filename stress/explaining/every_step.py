# SPDX-License-Identifier: GPL-2.0-only
"""The full view: every step in the order in which it was taken, with all that it changed.

Last comes what went wrong.
"""

from textwrap import wrap

from harness.engine import entry_text
from stress.explaining.columns import verdict
from stress.explaining.recorded import Recorded, Step
from stress.explaining.words import change_in_words

_INDENT = 16


def every_step(recorded: Recorded, width: int) -> str:
    """Return the view: plain text in lines of such a width."""
    lines = [" step  thread   operation"]
    for step in recorded.steps:
        lines += _step(step, width)
    lines += ["", *verdict(recorded, width)]
    return "\n".join(lines)


def _step(step: Step, width: int) -> list[str]:
    event = step.event
    assert event.what is not None
    is_note = isinstance(event.what, tuple)
    where = f"  in {event.stack[-1]}()" if event.stack and not is_note else ""
    number = "" if is_note else str(event.step)
    first, *rest = wrap(
        f"{entry_text(event.what).strip()}{where}", width - _INDENT, subsequent_indent="  "
    )
    lines = [f"{number:>5}  {'' if is_note else event.role:<8} {first}"]
    lines += [" " * _INDENT + line for line in rest]
    for text in deeds_in_words(step):
        lines += wrap(
            text, width, initial_indent=" " * (_INDENT + 2), subsequent_indent=" " * (_INDENT + 4)
        )
    return lines


def deeds_in_words(step: Step) -> list[str]:
    """Return what was changed and released after an event, and in which function if in another."""
    done_in = step.event.stack[-1] if step.event.stack else ""
    said = []
    for deed in step.deeds:
        where = f"  in {deed.function}()" if deed.function not in ("", done_in) else ""
        said += [f"{change_in_words(change)}{where}" for change in deed.changes]
        said += [f"unlock {lock}{where}" for lock in deed.released]
    return said
