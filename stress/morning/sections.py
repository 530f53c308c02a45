# SPDX-License-Identifier: GPL-2.0-only
"""The sections of a morning, the most important first, and the lines above them."""

from collections.abc import Iterable, Sequence

from stress.history import REGRESSED, STATES, FindingRecord
from stress.morning import differences
from stress.morning.groups import Groups, clean_since, grouped
from stress.morning.items import Bullet, Section
from stress.morning.morning import Morning
from stress.morning.replay_line import replay_line
from stress.system import Exit, counted, shell

COLUMNS = 100
_COMMAND_MAX = COLUMNS - 4
_VERDICT_MAX, _NAME_MAX, _REASON_MAX = 24, 24, 40


def head(morning: Morning) -> list[str]:
    """Return what is said first: verdict, how long it was, what it is compared with, states."""
    tonight = morning.tonight
    ended = "SUCCESS" if tonight.exit == Exit.CLEAN else "FAILURE"
    name, verdict = clipped(tonight.night, _NAME_MAX), clipped(tonight.verdict, _VERDICT_MAX)
    model = clipped(tonight.model, _NAME_MAX)
    lines = [f"{ended}: {verdict} in {name} (seed={tonight.seed:#x} model={model})"]
    lines.append("; ".join(_how_long(morning)))
    lines.append(_compared_with(morning))
    states = [morning.states[each.id] for each in morning.findings]
    counts = ", ".join(f"{states.count(state)} {state}" for state in STATES if state in states)
    return [*lines, f"findings by state: {counts or 'none'}"]


def sections(morning: Morning) -> list[Section]:
    """Return what there is to say, in sections that are not empty."""
    groups = grouped(morning)
    summary = f"{morning.folder / 'runs' / morning.tonight.night / 'summary.json'}"
    listing = shell.joined(["vgic-stress", "findings", "list", str(morning.folder)])
    listed = [
        ("New", [_new(morning, each) for each in groups.new]),
        ("Resolved", [_resolved(morning, each) for each in groups.resolved]),
        ("Rare: not seen tonight, not gone", [_rare(morning, each) for each in groups.rare]),
    ]
    others = [
        ("Slower to find", [Bullet(text) for text in morning.slower]),
        ("Windows below their floors", differences.below_floors(morning)),
        ("Too few to judge", differences.too_few(morning)),
        ("New lock orders", differences.new_orders(morning)),
        ("Troubles", differences.troubles(morning)),
        ("Canaries", differences.canary_ages(morning)),
    ]
    found = [
        *_titled([("Harness bugs", differences.harness_bugs(morning))], summary),
        *_titled([("At fault", differences.faults(morning))], summary),
        *_titled(listed, listing),
        *_inline(morning, groups),
        *_titled(others, summary),
    ]
    return found or [Section("Nothing new", inline="no finding, no trouble, no window missed")]


def clipped(text: str, width: int) -> str:
    """Return a text without its end if it is longer than that."""
    return text if len(text) <= width else text[: width - 3] + "..."


def _titled(listed: Iterable[tuple[str, Sequence[Bullet]]], rest: str) -> list[Section]:
    return [Section(f"{title} ({len(items)})", items, rest) for title, items in listed if items]


def _inline(morning: Morning, groups: Groups) -> list[Section]:
    """Return what has a line for all its findings together."""
    ongoing = [
        f"{each.id} {each.target} {each.sightings[-1].count if each.sightings else 0:,}x"
        for each in groups.ongoing
    ]
    named = [
        (f"Ongoing ({len(groups.ongoing)})", ongoing),
        (f"Not run tonight ({len(groups.not_run)})", [each.id for each in groups.not_run]),
    ]
    found = [Section(title, inline=_in_one_line(title, names)) for title, names in named if names]
    if groups.buried:
        title = f"Known ({len(groups.buried)})"
        found.append(Section(title, inline=_expiry(morning, groups.buried)))
    return found


def _in_one_line(title: str, names: Sequence[str]) -> str:
    """Return as many names as a line has room for, and how many more there are."""
    for shown in range(len(names), 0, -1):
        more = f" and {len(names) - shown} more" if shown < len(names) else ""
        text = ", ".join(names[:shown]) + more
        if len(f"{title}: {text}") <= COLUMNS:
            return text
    return f"{len(names)} findings"


def _expiry(morning: Morning, buried: Sequence[FindingRecord]) -> str:
    """Return when the next finding that is known counts again, and why it is known."""
    until = {each.id: morning.marks[each.id].until for each in buried}
    ending = [each for each in buried if until[each.id]]
    if not ending:
        return "none of them expires"
    soonest = min(ending, key=lambda each: until[each.id])
    reason = clipped(morning.marks[soonest.id].reason, _REASON_MAX)
    return f"the next expires after {until[soonest.id]}: {soonest.id}, {reason}"


def _new(morning: Morning, finding: FindingRecord) -> Bullet:
    again = "regressed: " if morning.states[finding.id] == REGRESSED else ""
    sight = next(reversed(finding.sightings), None)
    where = (
        [f"{_times(morning, finding)}, first after {sight.to_find:,} under {sight.strategy}"]
        if sight is not None
        else []
    )
    command = replay_line(finding, morning.folders.get(finding.id), _COMMAND_MAX)
    return Bullet(f"{again}{_named(finding)}", (finding.message, *where), command)


def _resolved(morning: Morning, finding: FindingRecord) -> Bullet:
    sure = morning.gone.get(finding.id) or f"its token passes; {_clean(morning, finding)}"
    return Bullet(_named(finding), (sure,))


def _rare(morning: Morning, finding: FindingRecord) -> Bullet:
    last = finding.sightings[-1].night if finding.sightings else "no night"
    seen = f"last seen in {last} ({_times(morning, finding)}); {_clean(morning, finding)}"
    sure = [morning.gone[finding.id]] if finding.id in morning.gone else []
    return Bullet(_named(finding), (seen, *sure))


def _clean(morning: Morning, finding: FindingRecord) -> str:
    return f"executions without it since: {clean_since(morning, finding):,}"


def _named(finding: FindingRecord) -> str:
    return f"{finding.id} {finding.target}: {finding.identity}"


def _times(morning: Morning, finding: FindingRecord) -> str:
    """Return how often the last night that saw a finding did."""
    if not finding.sightings:
        return "by its token alone"
    sight = finding.sightings[-1]
    return f"{sight.count:,} in {sight.executions:,}"


def _how_long(morning: Morning) -> Iterable[str]:
    tonight = morning.tonight
    executions = sum(target.executions for target in tonight.targets)
    targets = counted(len(tonight.targets), "target")
    rate = f", {executions / tonight.seconds:,.0f} executions/s" if tonight.seconds else ""
    yield f"{_span(tonight.seconds)}, {executions:,} executions on {targets}{rate}"
    if tonight.shard[1] > 1:
        yield f"part {tonight.shard[0]} of {tonight.shard[1]}"
    if tonight.resumed:
        yield "resumed once" if tonight.resumed == 1 else f"resumed {tonight.resumed} times"
    if tonight.interrupted:
        yield "stopped before its end"


def _compared_with(morning: Morning) -> str:
    last = morning.last
    if last is None:
        return "the first night: there is nothing to compare it with yet"
    before = f"compared with {clipped(last.night, _NAME_MAX)} of {last.begun[:10]}"
    if last.model == morning.tonight.model:
        return f"{before}: the same model"
    model = clipped(last.model, 12)
    return f"{before}: another model ({model}): its rates differ"


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
