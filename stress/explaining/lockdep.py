# SPDX-License-Identifier: GPL-2.0-only
"""The lockdep view: what was wanted, what was held, and where everybody stands.

In the order of a report by the kernel's lock checker: the complaint, who wants what while
holding what, the dependency that is known already, the locks held by all, the stacks.
"""

from collections.abc import Iterator
from textwrap import wrap

from harness import RecordedEvent
from harness.engine import Operation
from stress.explaining.recorded import Recorded


def lockdep(recorded: Recorded, width: int) -> str:
    """Return the view: plain text in lines of such a width."""
    failure = recorded.failure
    lines = []
    if failure is None:
        lines.append("nothing went wrong; at the end of the execution:")
    else:
        lines.append("=" * width)
        lines += wrap(f"{failure.kind} [{recorded.end.role}]", width)
        lines.append("-" * width)
        lines += wrap(failure.message, width)
        for detail in failure.details:
            lines += wrap(detail, width, initial_indent="  ", subsequent_indent="      ")
    held = {role: recorded.holds(role) for role in recorded.roles}
    for role, taken in held.items():
        if taken:
            locks = [recorded.steps[index].event for index in taken]
            lines += ["", f"{len(locks)} {'lock' if len(locks) == 1 else 'locks'} held by {role}:"]
            for number, event in enumerate(locks):
                text = f"  #{number}: {_name(event)}, taken in {_innermost(event)}"
                lines += wrap(text, width, subsequent_indent="      ")
    if not any(held.values()):
        lines += ["", "nobody holds a lock"]
    for role in recorded.roles:
        lines.append("")
        for text in _stands(recorded, role):
            lines += wrap(text, width, subsequent_indent="  ")
    return "\n".join(lines)


def _name(event: RecordedEvent) -> str:
    return event.what.name if isinstance(event.what, Operation) else ""


def _innermost(event: RecordedEvent) -> str:
    return f"{event.stack[-1]}()" if event.stack else "no function"


def _stands(recorded: Recorded, role: str) -> Iterator[str]:
    """Yield where a thread stands at the end, innermost function first."""
    stack = recorded.end.stack if recorded.end.role == role else ()
    if not stack:
        stack = next(
            (step.event.stack for step in reversed(recorded.steps) if step.event.role == role), ()
        )
    if role in recorded.ended:
        yield f"{role} has ended"
    elif not stack:
        yield f"{role} has not begun"
    else:
        yield f"{role} {recorded.waiting.get(role, 'stands in')}:"
        yield from (f"  {function}" for function in reversed(stack))
