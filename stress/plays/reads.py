# SPDX-License-Identifier: GPL-2.0-only
"""What a play wants to be read, against what was: by the place of each instruction in its program.

A trace has no places, but one guest's events are in the order of its program. A guest that waits
for a cell that nobody sets comes no further: on a kernel it gives up and serves, so that what it
acknowledges from then on is none of its program's.
"""

from collections.abc import Iterator

from stress.plays.play import Play
from stress.plays.statements import READS, Stated, instruction_line, name_of
from stress.traces import NONE, SPURIOUS, Trace
from vgic.data import AWAIT, Instruction


def misread(play: Play, trace: Trace) -> tuple[list[str], bool]:
    """Return the first thing of each vCPU that was not read as it had to be; is it disturbed?

    What is read after it may follow from it. What was not read at all counts if the round came to
    its end.
    """
    bad: dict[int, str] = {}
    disturbed = False
    to_read = {(each.vcpu, each.position): each.value for each in play.wanted}
    for vcpu, guest in enumerate(play.parameters.guests):
        read = _readings(guest.instructions, trace, f"vcpu{vcpu}")
        for position, instruction in enumerate(guest.instructions):
            value = next(read)
            right = to_read.get((vcpu, position))
            if right is None or value == right:
                continue
            line = instruction_line(Stated(instruction, right))
            if value is None:
                if trace.ended:
                    bad.setdefault(vcpu, f"vcpu{vcpu} never came to `{line}`")
            elif name_of(instruction) == "exits":
                # The model counts none.
                disturbed |= value != NONE
            else:
                bad.setdefault(vcpu, f"vcpu{vcpu}: `{line}`, but it was {_seen(value)}")
    return list(bad.values()), disturbed


def _readings(
    instructions: tuple[Instruction, ...], trace: Trace, who: str
) -> Iterator[int | None]:
    """Yield what each instruction read, None if it reads nothing or was not come to."""
    found: dict[str, list[int]] = {name: [] for name in (*READS, AWAIT)}
    for event in trace.events:
        if event.who == who and event.what in found:
            is_named = event.what in ("acknowledge", AWAIT)
            found[event.what].append(event.intid if is_named else event.value)
    left = {what: iter(values) for what, values in found.items()}
    waits = False
    for instruction in instructions:
        name = name_of(instruction)
        value = None if waits or name not in left else next(left[name], None)
        waits |= name == AWAIT and value is None
        yield value


def _seen(value: int) -> str:
    return "none" if value == SPURIOUS else str(value)
