# SPDX-License-Identifier: GPL-2.0-only
"""What else differs from the nights before: windows, orders of locks, canaries, troubles.

Each function returns items of the morning, the most important first, and none if all is well.
"""

from collections.abc import Iterator, Sequence

from stress.history import Edge, NightRecord, WindowRecord
from stress.morning.items import Bullet
from stress.morning.morning import Morning
from stress.system import counted


def harness_bugs(morning: Morning) -> list[Bullet]:
    """Return what was wrong with the harness, without which nothing else can be relied on."""
    missed = [
        Bullet(f"canary {each.bug} was missed, {_last_found(morning.before, each.bug)}")
        for each in morning.tonight.canaries
        if not each.executions
    ]
    return [*map(Bullet, morning.tonight.bugs), *missed]


def faults(morning: Morning) -> list[Bullet]:
    """Return why users' classes could not be judged any further.

    Each lane of the night meets it by itself, and mostly the same, so one is said of each class.
    """
    items = []
    for target in morning.tonight.targets:
        if target.faults:
            more = len(target.faults) - 1
            also = f" (and {counted(more, 'more fault')})" if more else ""
            items.append(Bullet(f"{target.target}: {target.faults[0]}{also}"))
    return items


def below_floors(morning: Morning) -> list[Bullet]:
    """Return the windows below their floors; those first that were not so in the last night."""
    items = []
    for target in morning.tonight.targets:
        for window in target.windows:
            if window.below:
                nights = _nights_below(morning.before, target.target, window.window)
                items.append((nights, _below(target.target, window, nights)))
    return [item for _, item in sorted(items, key=lambda each: each[0] or 0)]


def too_few(morning: Morning) -> list[Bullet]:
    """Return for each target why it had too few executions, but for windows below their floors.

    It is much the same for all of its scenarios, so one of them is said.
    """
    items = []
    for target in morning.tonight.targets:
        missed = {text for window in target.windows for text in window.below}
        reasons = [reason for reason in target.reasons if reason not in missed]
        if reasons:
            more = f" (and {counted(len(reasons) - 1, 'more reason')})" * (len(reasons) > 1)
            items.append(Bullet(f"{target.target}: {reasons[0]}{more}"))
    return items


def new_orders(morning: Morning) -> list[Bullet]:
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
        Bullet(
            f"{edge.target}: {edge.after} wanted while {edge.before} is held, "
            f"by {edge.role} in {edge.function}"
        )
        for edge in reversed(first.values())
    ]


def canary_ages(morning: Morning) -> list[Bullet]:
    """Return for how long each canary has been found in the same number of executions.

    What has changed since the last night comes first.
    """
    ages = [
        _age(morning.before, each.bug, each.executions)
        for each in morning.tonight.canaries
        if each.executions
    ]
    return [Bullet(text) for _, text in sorted(ages, key=lambda age: age[0])]


def troubles(morning: Morning) -> list[Bullet]:
    """Return what happened to processes and files, and which executions have no verdict."""
    lost = [
        Bullet(
            f"{target.target}: execution {each.execution} of {each.scenario} is lost: {each.why}"
        )
        for target in morning.tonight.targets
        for each in target.lost
    ]
    return [*lost, *map(Bullet, morning.tonight.troubles)]


def _below(target: str, window: WindowRecord, nights: int | None) -> Bullet:
    words = {None: [], 0: ["not so in the last night"]}
    said = words.get(nights, [f"for {counted((nights or 0) + 1, 'night')} now"])
    if len(window.below) > 1:
        said = [*said, f"and {counted(len(window.below) - 1, 'more floor')}"]
    since = f" ({', '.join(said)})" if said else ""
    if window.executions:
        return Bullet(f"{target}: {window.below[0]}{since}")
    floor = window.below[0].partition("; it came to ")[0]  # better said of all scenarios together
    return Bullet(f"{target}: {floor}{since}", (f"best progress: {window.towards}",))


def _nights_below(before: Sequence[NightRecord], target: str, window: str) -> int | None:
    """Return in how many nights up to the last one a window was below a floor.

    Returns:
        None if no night before has run the target.
    """
    nights = None
    for night in reversed(before):
        rows = [row for each in night.targets if each.target == target for row in each.windows]
        if not rows:
            continue
        nights = nights or 0
        if not any(row.below for row in rows if row.window == window):
            break
        nights += 1
    return nights


def _order(edge: Edge) -> tuple[str, str, str]:
    return edge.target, edge.before, edge.after


def _age(before: Sequence[NightRecord], bug: str, executions: int) -> tuple[int, str]:
    """Return for how many nights before a canary was found as tonight, and the same in words."""
    looked = list(_looked_for(before, bug))
    same = next((at for at, (_, count) in enumerate(looked) if count != executions), len(looked))
    found = f"{bug} found after {counted(executions, 'execution')}"
    if same:
        found += f", as for {counted(same + 1, 'night')} now"
    elif looked and looked[0][1]:
        found += f", last night after {looked[0][1]}"
    missed = next((night.night for night, count in looked if not count), None)
    if missed is not None:
        return same, f"{found}; last missed in {missed}"
    return same, f"{found}; never missed" if looked else found


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
