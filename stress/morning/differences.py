# SPDX-License-Identifier: GPL-2.0-only
"""What else differs from the nights before: windows, orders of locks, canaries, troubles.

Each function returns items of the morning, the most important first, and none if all is well.
"""

from collections.abc import Iterator, Sequence

from stress.history import Edge, NightRecord, WindowRecord
from stress.morning.items import Item
from stress.morning.morning import Morning
from stress.system import counted


def harness_bugs(morning: Morning) -> list[Item]:
    """Return what was wrong with the harness, without which nothing else can be relied on."""
    missed = [
        Item(f"canary {each.bug} was missed, {_last_found(morning.before, each.bug)}")
        for each in morning.tonight.canaries
        if not each.executions
    ]
    return [*map(Item, morning.tonight.bugs), *missed]


def faults(morning: Morning) -> list[Item]:
    """Return why users' classes could not be judged any further."""
    return [
        Item(f"{target.target}: {fault}")
        for target in morning.tonight.targets
        for fault in target.faults
    ]


def below_floors(morning: Morning) -> list[Item]:
    """Return the windows below their floors; those first that were not so in the last night."""
    items = []
    for target in morning.tonight.targets:
        for window in target.windows:
            if window.below:
                nights = _nights_below(morning.before, target.target, window.window)
                items.append((nights, _below(target.target, window, nights)))
    return [item for _, item in sorted(items, key=lambda each: each[0])]


def too_few(morning: Morning) -> list[Item]:
    """Return why there were too few executions to judge, but for windows below their floors."""
    return [
        Item(f"{target.target}: {reason}")
        for target in morning.tonight.targets
        for reason in target.reasons
        if not any(reason in window.below for window in target.windows)
    ]


def new_orders(morning: Morning) -> list[Item]:
    """Return the orders of locks first seen tonight, on targets that earlier nights had too.

    An order that is documented but that no thread has taken says nothing of tonight.
    """
    known = {_order(edge) for night in morning.before for edge in night.edges}
    earlier = {target.target for night in morning.before for target in night.targets}
    first = {
        _order(edge): edge
        for edge in reversed(morning.tonight.edges)
        if edge.target in earlier and edge.token and _order(edge) not in known
    }
    return [
        Item(
            f"{edge.target}: {edge.after} wanted while {edge.before} is held, "
            f"by {edge.role} in {edge.function}"
        )
        for edge in reversed(first.values())
    ]


def canary_ages(morning: Morning) -> list[str]:
    """Return for how long each canary has been found in the same number of executions."""
    return [
        _age(morning.before, each.bug, each.executions)
        for each in morning.tonight.canaries
        if each.executions
    ]


def troubles(morning: Morning) -> list[Item]:
    """Return what happened to processes and files, and which executions have no verdict."""
    lost = [
        Item(f"{target.target}: execution {each.execution} of {each.scenario} is lost: {each.why}")
        for target in morning.tonight.targets
        for each in target.lost
    ]
    return [*lost, *map(Item, morning.tonight.troubles)]


def _below(target: str, window: WindowRecord, nights: int) -> Item:
    since = f"for {counted(nights + 1, 'night')} now" if nights else "not so in the last night"
    more = [f"and {counted(len(window.below) - 1, 'more floor')}"] * (len(window.below) > 1)
    best = [] if window.executions else [f"best progress: {window.towards}"]
    return Item(f"{target}: {window.below[0]} ({', '.join([since, *more])})", tuple(best))


def _nights_below(before: Sequence[NightRecord], target: str, window: str) -> int:
    """Return in how many nights up to the last one a window has been below a floor."""
    nights = 0
    for night in reversed(before):
        rows = [row for each in night.targets if each.target == target for row in each.windows]
        if rows and not any(row.below for row in rows if row.window == window):
            break
        nights += bool(rows)
    return nights


def _order(edge: Edge) -> tuple[str, str, str]:
    return edge.target, edge.before, edge.after


def _age(before: Sequence[NightRecord], bug: str, executions: int) -> str:
    looked = list(_looked_for(before, bug))
    same = next((at for at, (_, count) in enumerate(looked) if count != executions), len(looked))
    found = f"{bug} found after {counted(executions, 'execution')}"
    if same:
        found += f", as for {counted(same + 1, 'night')} now"
    elif looked and looked[0][1]:
        found += f", last night after {looked[0][1]}"
    missed = next((night.night for night, count in looked if not count), None)
    if missed is not None:
        return f"{found}; last missed in {missed}"
    return f"{found}; never missed" if looked else found


def _last_found(before: Sequence[NightRecord], bug: str) -> str:
    for night, executions in _looked_for(before, bug):
        if executions:
            return f"last found in {night.night} after {counted(executions, 'execution')}"
    return "and never found before"


def _looked_for(before: Sequence[NightRecord], bug: str) -> Iterator[tuple[NightRecord, int]]:
    """Yield the nights that have looked for a canary, the last first, with when it was found."""
    for night in reversed(before):
        for each in night.canaries:
            if each.bug == bug:
                yield night, each.executions
