# SPDX-License-Identifier: GPL-2.0-only
"""The lockdep view: what was wanted, what was held, and where everybody stands.

In the order in which the kernel's lock checker tells it: the complaint, who wants what while
holding what, the dependency that is known already, the locks held by all, the stacks.
"""

from collections.abc import Iterator
from textwrap import wrap

from harness import Event
from harness.threads import Operation
from stress.explaining.recorded import Recorded

_WIDTH = 77


def lockdep(recorded: Recorded) -> str:
    """Return the view: plain text under 78 columns."""
    failure = recorded.failure
    lines = []
    if failure is None:
        lines.append("nothing went wrong; at the end of the execution:")
    else:
        lines.append("=" * _WIDTH)
        lines += wrap(f"{failure.kind} [{recorded.end.role}]", _WIDTH)
        lines.append("-" * _WIDTH)
        lines += wrap(failure.message, _WIDTH)
        for detail in failure.details:
            lines += wrap(detail, _WIDTH, initial_indent="  ", subsequent_indent="      ")
    held = {role: list(_held(recorded, role)) for role in recorded.roles}
    for role, locks in held.items():
        if locks:
            lines += ["", f"{len(locks)} {'lock' if len(locks) == 1 else 'locks'} held by {role}:"]
            lines += [
                f"  #{number}: {what.name}, taken in {_innermost(event)}"
                for number, (event, what) in enumerate(locks)
            ]
    if not any(held.values()):
        lines += ["", "nobody holds a lock"]
    for role in recorded.roles:
        lines += ["", *_stands(recorded, role)]
    return "\n".join(lines)


def _held(recorded: Recorded, role: str) -> Iterator[tuple[Event, Operation]]:
    """Yield the locks a thread holds at the end with where it took them, oldest first."""
    taken: dict[str, tuple[Event, Operation]] = {}
    for step in recorded.steps:
        what = step.event.what
        if step.event.role == role and isinstance(what, Operation) and what.kind == "lock":
            taken.pop(what.name, None)
            taken[what.name] = (step.event, what)
    for name, place in taken.items():
        if recorded.end.state.get(name, {}).get("") == f"held by {role}":
            yield place


def _innermost(event: Event) -> str:
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
