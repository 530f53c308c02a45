# SPDX-License-Identifier: GPL-2.0-only
"""What the parts of a divided night did with a target, added up."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from stress.history.target_records import ArmRecord, CellRecord, TargetRecord, WindowRecord

_Part = TypeVar("_Part")


def added_targets(parts: Sequence[Sequence[TargetRecord]]) -> list[TargetRecord]:
    """Return what all parts did with each target, in the order of the first part.

    Different behaviours are added like all counts, though two parts may have seen the same one.
    """
    return _by(parts, lambda each: (each.target, each.source), _target)


def _target(parts: Sequence[TargetRecord]) -> TargetRecord:
    lost = [lost for part in parts for lost in part.lost]
    return TargetRecord(
        target=parts[0].target,
        source=parts[0].source,
        executions=sum(part.executions for part in parts),
        looked=sum(part.looked for part in parts),
        distinct=sum(part.distinct for part in parts),
        cells=_by([part.cells for part in parts], lambda cell: cell.scenario, _cell),
        arms=_by([part.arms for part in parts], lambda arm: arm.strategy, _arm, in_order=True),
        windows=_by([part.windows for part in parts], lambda each: each.window, _window),
        lost=sorted(lost, key=lambda each: (each.scenario, each.execution)),
        faults=_each_once(part.faults for part in parts),
        reasons=_each_once(part.reasons for part in parts),
        overrides=parts[0].overrides,
        changes_nothing=parts[0].changes_nothing,
        never_crosses=parts[0].never_crosses,
    )


def _cell(parts: Sequence[CellRecord]) -> CellRecord:
    failures = Counter[str]()
    for part in parts:
        failures.update(part.failures)
    return CellRecord(
        scenario=parts[0].scenario,
        executions=sum(part.executions for part in parts),
        steps=sum(part.steps for part in parts),
        looked=sum(part.looked for part in parts),
        new=sum(part.new for part in parts),
        failures=dict(sorted(failures.items())),
    )


def _arm(parts: Sequence[ArmRecord]) -> ArmRecord:
    return ArmRecord(
        strategy=parts[0].strategy,
        executions=sum(part.executions for part in parts),
        looked=sum(part.looked for part in parts),
        distinct=sum(part.distinct for part in parts),
        failed=sum(part.failed for part in parts),
    )


def _window(parts: Sequence[WindowRecord]) -> WindowRecord:
    best = max(parts, key=lambda part: part.reached)
    return WindowRecord(
        window=best.window,
        executions=sum(part.executions for part in parts),
        reached=best.reached,
        steps=best.steps,
        towards=best.towards,
        below=[] if any(not part.below for part in parts) else best.below,
    )


def _by(
    parts: Sequence[Sequence[_Part]],
    key: Callable[[_Part], object],
    added: Callable[[Sequence[_Part]], _Part],
    *,
    in_order: bool = False,
) -> list[_Part]:
    """Add up what has the same key, in the order of the keys or as they come first."""
    groups: dict[object, list[_Part]] = {}
    for part in parts:
        for each in part:
            groups.setdefault(key(each), []).append(each)
    keys = sorted(groups, key=str) if in_order else list(groups)
    return [added(groups[each]) for each in keys]


def _each_once(texts: Iterable[Iterable[str]]) -> list[str]:
    return list(dict.fromkeys(text for some in texts for text in some))
