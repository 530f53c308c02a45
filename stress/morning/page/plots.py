# SPDX-License-Identifier: GPL-2.0-only
"""The plots: each shows what a table beside it says, and has one measure on each axis."""

from collections.abc import Callable, Mapping, Sequence
from statistics import median

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from stress.history import STATES
from stress.morning.page.drawing import (
    BLUE,
    GRAY,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    RED,
    SURFACE,
    Drawing,
    drawing_style,
)
from stress.morning.page.facts import ManyNights
from stress.morning.page.findings import GLYPHS, hardest
from stress.morning.page.yields import arm_rows, window_rows

_WIDTH = 7.2
_TICKS_MAX, _MODELS_MAX, _NAME_MAX = 8, 5, 30
_NIGHTS_MIN = 10
_TIPS_MAX = 60
_COLORS = dict(zip(STATES, (RED, ORANGE, BLUE, GREEN, GRAY), strict=True))


def plots(history: ManyNights) -> Mapping[str, Markup]:
    """Return all plots of a page by their names."""
    with drawing_style():
        return {name: draw(history).svg() for name, draw in _PLOTS.items()}


def _states(history: ManyNights) -> Drawing:
    last = [list(history.states[-1].values()).count(state) for state in STATES]
    now = ", ".join(f"{count} {state}" for state, count in zip(STATES, last, strict=True))
    drawing = Drawing("states", f"Findings by state after each night. Last: {now}.", _WIDTH, 3.4)
    rows = drawing.figure.subplots(len(STATES), sharex=True)
    for axes, state, count in zip(rows, STATES, last, strict=True):
        counts = [list(states.values()).count(state) for states in history.states]
        _bars(drawing, axes, history, counts, state, _COLORS[state])
        axes.set_ylim(0, max(1, *counts) * 1.15)
        axes.set_yticks([])
        axes.set_ylabel(f"{GLYPHS[state]} {state}", rotation=0, ha="right", va="center", color=INK)
        axes.annotate(
            str(count), (_end(history), 0), (4, 2), textcoords="offset points", color=INK,
            annotation_clip=False,
        )  # fmt: skip
    _nights_axis(rows[-1], history)
    _model_changes(rows, history)
    _name_models(rows[0], history)
    return drawing


def _executions(history: ManyNights) -> Drawing:
    alt = (
        f"Executions and new behaviours of each night. Last night: {history.executions[-1]:,} "
        f"executions, {history.behaviours[-1]:,} new behaviours."
    )
    drawing = Drawing("executions", alt, _WIDTH, 3.2)
    rows = drawing.figure.subplots(2, sharex=True)
    _bars(drawing, rows[0], history, history.executions, "executions", BLUE)
    _bars(drawing, rows[1], history, history.behaviours, "new behaviours", GREEN)
    for axes, title in zip(rows, ("executions", "executions with a new behaviour"), strict=True):
        axes.set_title(title)
        axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
        axes.yaxis.set_major_formatter("{x:,.0f}")
    _nights_axis(rows[-1], history)
    _model_changes(rows, history)
    return drawing


def _speed(history: ManyNights) -> Drawing:
    alt = f"Executions a second of each night. Last night: {history.speeds[-1]:,.1f}."
    drawing = Drawing("speed", alt, _WIDTH, 2.0)
    axes = drawing.figure.subplots()
    places = range(len(history.nights))
    axes.plot(places, history.speeds, color=BLUE)
    tips = [
        f"{night.begun[:10]}: {speed:,.1f} executions/s"
        for night, speed in zip(history.nights, history.speeds, strict=True)
    ]
    _dots(drawing, axes, places, history.speeds, tips)
    axes.set_ylim(0, max(1.0, *history.speeds) * 1.15)
    axes.set_title("executions/s")
    _nights_axis(axes, history)
    _model_changes([axes], history)
    return drawing


def _to_find(history: ManyNights) -> Drawing:
    rows = hardest(history)
    alt = f"Executions to find each of {len(rows)} findings, a dot a night, on a logarithmic scale."
    drawing = Drawing("tofind", alt, _WIDTH, 1.0 + 0.24 * max(1, len(rows)))
    axes = drawing.figure.subplots()
    for at, (finding, counts) in enumerate(rows):
        axes.plot([max(1, min(counts)), max(1, *counts)], [at, at], color=BLUE, alpha=0.35, lw=3)
        tips = [f"{finding.id} on {finding.target}: {count:,} executions" for count in counts]
        _dots(drawing, axes, [max(1, count) for count in counts], [at] * len(counts), tips)
        axes.plot([max(1, median(counts))], [at], "|", color=INK, ms=12, mew=1.6)
    axes.set_yticks(range(len(rows)), [_short(finding.id) for finding, _ in rows])
    axes.set_ylim(-0.7, max(1, len(rows)) - 0.3)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.grid(axis="x")
    axes.grid(visible=False, axis="y")
    axes.set_xlabel("executions of its target up to the first that shows it (line: median)")
    return drawing


def _windows(history: ManyNights) -> Drawing:
    rows = window_rows(history)
    lines = max(1, -(-len(rows) // 3))
    low = [row.window for row in rows if row.below and row.below[-1] == len(history.nights) - 1]
    said = f"below their floors in the last night: {', '.join(low)}" if low else "none is low now"
    alt = f"Percentage of executions that cross each of {len(rows)} windows, by night; {said}."
    drawing = Drawing("windows", alt, _WIDTH * 1.5, 0.35 + 1.15 * lines)
    grid = list(drawing.figure.subplots(lines, 3, sharex=True, squeeze=False).flat)
    for axes, row in zip(grid, rows, strict=False):
        shares = [float("nan") if share is None else share for share in row.shares]
        few = len(shares) <= _TIPS_MAX
        axes.plot(range(len(shares)), shares, color=BLUE, marker="." if few else "", ms=4)
        for at in row.below:
            (mark,) = axes.plot(
                [at], [shares[at]], "v", color=RED, mec=SURFACE, ms=8 if few else 5, clip_on=False
            )
            drawing.tip(mark, f"{history.nights[at].begun[:10]}: {row.window} below its floor")
        axes.set_title(_short(row.window))
        axes.set_ylim(0, max(0.001, *(s for s in row.shares if s is not None), 0) * 1.2)
        axes.yaxis.set_major_locator(MaxNLocator(3))
        axes.yaxis.set_major_formatter("{x:g} %")
        _nights_axis(axes, history, 3)
        _model_changes([axes], history)
    for axes in grid[len(rows) :]:
        axes.set_axis_off()
    return drawing


def _yield(history: ManyNights) -> Drawing:
    rows = arm_rows(history)[::-1]
    best = f" Most behaviours: {rows[-1].strategy}." if rows else ""
    drawing = Drawing(
        "yield",
        f"Behaviours and failures by strategy.{best}",
        _WIDTH,
        0.9 + 0.26 * max(1, len(rows)),
    )
    left, right = drawing.figure.subplots(1, 2, sharey=True)
    names = [_short(row.strategy) for row in rows]
    behaviours = [row.behaviours for row in rows]
    failures = [row.failures for row in rows]
    for axes, values, title, form, color in (
        (left, behaviours, "behaviours in 100 looked at", "{:.1f}", GREEN),
        (right, failures, "failures in 1,000 executions", "{:.2f}", RED),
    ):
        bars = axes.barh(range(len(rows)), values, height=0.6, color=color)
        axes.bar_label(bars, [form.format(value) for value in values], padding=3, color=INK)
        for bar, row, value in zip(bars, rows, values, strict=True):
            drawing.tip(bar, f"{row.strategy}: {form.format(value)} {title}")
        axes.set_title(title)
        axes.set_xlim(0, max([0.001, *values]) * 1.2)
        axes.set_xticks([])
        axes.grid(visible=False)
    left.set_yticks(range(len(rows)), names)
    return drawing


_PLOTS: Mapping[str, Callable[[ManyNights], Drawing]] = {
    "states": _states,
    "executions": _executions,
    "to_find": _to_find,
    "windows": _windows,
    "speed": _speed,
    "yield": _yield,
}


def _bars(
    drawing: Drawing,
    axes: Axes,
    history: ManyNights,
    counts: Sequence[int],
    what: str,
    color: str,
) -> None:
    bars = axes.bar(range(len(counts)), counts, width=0.7, color=color)
    for bar, night, count in zip(bars, history.nights, counts, strict=True):
        drawing.tip(bar, f"{night.begun[:10]}: {count:,} {what}")


def _dots(
    drawing: Drawing,
    axes: Axes,
    places: Sequence[float],
    heights: Sequence[float],
    tips: Sequence[str],
) -> None:
    """Draw dots, each with its tip as long as there are so few that one can be met."""
    if len(tips) > _TIPS_MAX:
        axes.plot(places, heights, "o", color=BLUE, mec="none", ms=3.5, alpha=0.6)
        return
    for place, height, tip in zip(places, heights, tips, strict=True):
        (dot,) = axes.plot([place], [height], "o", color=BLUE, mec=SURFACE, ms=6)
        drawing.tip(dot, tip)


def _end(history: ManyNights) -> float:
    """Return where an axis of nights ends; few nights do not fill it with bars as wide as walls."""
    return max(len(history.nights), _NIGHTS_MIN) - 0.4


def _nights_axis(axes: Axes, history: ManyNights, ticks: int = _TICKS_MAX) -> None:
    """Give an axis of nights their days, as many as there is room for."""
    count = len(history.nights)
    step = -(-count // ticks)
    places = range((count - 1) % step, count, step)
    axes.set_xticks(places, [history.nights[at].begun[5:10] for at in places])
    axes.set_xlim(-0.6, _end(history))


def _model_changes(rows: Sequence[Axes], history: ManyNights) -> None:
    """Draw a line between two nights where the model has changed, a faint one if it often has."""
    alpha = min(1.0, _TICKS_MAX / max(1, len(history.changes)))
    for axes in rows:
        for at in history.changes:
            axes.axvline(at - 0.5, color=MUTED, lw=0.9, ls=(0, (3, 3)), alpha=alpha)


def _name_models(axes: Axes, history: ManyNights) -> None:
    """Write above a plot which model is right of each line, as long as there are few."""
    if len(history.changes) < _MODELS_MAX:
        for at in (0, *history.changes):
            axes.annotate(
                _short(history.nights[at].model, 12), (at - 0.5, 1), (3, 1),
                xycoords=("data", "axes fraction"), textcoords="offset points", color=MUTED,
                fontsize=7.5,
            )  # fmt: skip


def _short(name: str, width: int = _NAME_MAX) -> str:
    return name if len(name) <= width else f"{name[: width - 3]}..."
