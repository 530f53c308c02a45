# SPDX-License-Identifier: GPL-2.0-only
"""The page: facts and plots in one template, which escapes all that it is given."""

from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from stress.history import NightRecord
from stress.morning.page import facts, findings, yields
from stress.morning.page.facts import ManyNights, Table
from stress.morning.page.plots import plots
from stress.system import counted


@dataclass(frozen=True)
class Part:
    """A part of the page: a plot and the table that says the same.

    Attributes:
        name: its name in addresses.
        title: its title.
        text: what it shows, in a sentence.
        plot: the plot.
        table: the table.
        wide: the plot takes the whole width, and its table is below it.
    """

    name: str
    title: str
    text: str
    plot: Markup
    table: Table
    wide: bool = False


def report_page(history: ManyNights) -> str:
    """Return the page as HTML: one file, which loads nothing.

    Args:
        history: what it shows; it has one night at least.
    """
    environment = Environment(
        loader=PackageLoader("stress.morning.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html").render(
        history=history,
        title=f"vgic-stress: {counted(len(history.nights), 'night')}",
        tiles=_tiles(history),
        findings=findings.finding_rows(history),
        legend=findings.LEGEND,
        parts=_parts(history),
        nights=facts.nights_table(history),
    )


def _tiles(history: ManyNights) -> list[tuple[str, str, str]]:
    """Return the figures at the top: what, how much, and what to know of it."""
    last = history.nights[-1]
    states = list(history.states[-1].values())
    fresh = states.count("new") + states.count("regressed")
    executions = sum(history.executions)
    return [
        ("last night", last.verdict, f"{last.night}, exit code {last.exit}"),
        ("new or regressed", f"{fresh}", f"{states.count('known')} known, "
         f"{states.count('fixed')} fixed, {states.count('invalid')} invalid"),
        ("executions", f"{executions:,}", f"{history.executions[-1]:,} in the last night"),
        ("executions/s", f"{history.speeds[-1]:,.1f}", "in the last night"),
        ("canaries", _canaries(last), ", ".join(
            f"{each.bug} after {each.executions}" for each in last.canaries if each.executions)),
    ]  # fmt: skip


def _canaries(night: NightRecord) -> str:
    missed = sum(not each.executions for each in night.canaries)
    if missed:
        return f"{missed} missed"
    return f"{len(night.canaries)} found" if night.canaries else "none looked for"


def _parts(history: ManyNights) -> list[Part]:
    drawn = plots(history)
    found, shown = len(findings.to_find(history)), len(findings.hardest(history))
    most = f" Of {found} findings the {shown} hardest are drawn." if shown < found else ""
    return [
        Part("states", "Findings by state", "How many findings were in each state after each "
             "night. In all plots a dashed line is a change of the model.",
             drawn["states"], facts.states_table(history)),
        Part("executions", "Executions and new behaviours", "How much was run, and how many of the "
             "executions looked at showed a behaviour that none before them had.",
             drawn["executions"], facts.executions_table(history)),
        Part("to-find", "Executions to find", "A dot for each night that met a finding: how many "
             f"executions it took. What moves to the right gets harder to find.{most}",
             drawn["to_find"], findings.to_find_table(history)),
        Part("windows", "Windows", "How many of the executions crossed each window. A triangle "
             "is a night in which it was crossed more rarely than a floor asks.",
             drawn["windows"], yields.windows_table(history), wide=True),
        Part("speed", "Speed", "Executions a second, all jobs of a night together.",
             drawn["speed"], facts.speed_table(history)),
        Part("yield", "Yield by strategy", "What the executions of each strategy came to, over "
             "all nights and targets.",
             drawn["yield"], yields.arms_table(history)),
    ]  # fmt: skip
