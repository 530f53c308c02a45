# SPDX-License-Identifier: GPL-2.0-only
"""Whose guests may not let everything in when all is over: nothing has to come to those."""

from collections import Counter

from stress.traces import SPURIOUS, Trace
from vgic import Parameters
from vgic.data import AWAIT, DISABLE_GROUP, MASK, Program
from vgic.hardware import PRIORITY_MASK


def shut_out(parameters: Parameters, trace: Trace) -> set[int]:
    """Return the vCPUs whose guests may keep something out at the end.

    One has set its priority mask or disabled a group, or is in a handler still, or waits for a cell
    that nobody sets.
    """
    counts = Counter((event.who, event.what) for event in trace.events if event.intid != SPURIOUS)
    return {
        vcpu
        for vcpu, guest in enumerate(parameters.guests)
        if may_shut_out(guest) or _is_held_up(guest, counts, f"vcpu{vcpu}")
    }


def may_shut_out(guest: Program) -> bool:
    """Tell whether a guest that is through with its program may not let everything in.

    One that has enabled a group again might: but it is left to the CPU whether the host is told.
    """
    masks = [each.number for each in guest.instructions if each.name == MASK]
    groups = any(each.name == DISABLE_GROUP for each in guest.instructions)
    return groups or masks[-1:] not in ([], [PRIORITY_MASK])


def _is_held_up(guest: Program, counts: Counter[tuple[str, str]], who: str) -> bool:
    awaits = sum(each.name == AWAIT for each in guest.instructions)
    left = counts[who, "end"] + counts[who, "drop"]
    return counts[who, AWAIT] < awaits or left < counts[who, "acknowledge"]
