# SPDX-License-Identifier: GPL-2.0-only
"""The command `list`: what there is, by name, for people and for programs."""

import json
from collections.abc import Iterable, Mapping
from textwrap import wrap

from harness.search.strategies import DESCRIPTIONS
from stress.inputs import Kind
from stress.scenarios import SCENARIOS
from stress.system import output
from vgic import BUGS, BUGS_OF_POINTS, REVISIONS, TOPICS, WINDOWS
from vgic.composition import functions

Row = dict[str, object]

_RESULTS = (
    "[Never]: no correct kernel fails it, so every finding is a bug.\n"
    "[Sometimes]: a correct kernel may fail it too; the scenario's docstring says when."
)


_FACTS = {
    "origin": "from {}",
    "aliases": "also called {}",
    "kernel": "Linux {}",
    "date": "{}",
    "commit": "since {}",
    "mended_by": "mended by {}",
    "cve": "{}",
    "found_as": "found as {}",
    "guest_sees": "the guest sees it",
    "needs_points": "found only with --points all",
    "applies_to": "only in {}",
}
_INDENT = "    "
_TITLES = {"summary": "  ", "floors": "  floor in: "}


def listing(kind: Kind, *, as_json: bool) -> str:
    """Return what there is of one kind, as text or as JSON."""
    rows = _ROWS[kind]()
    if as_json:
        values = [{"name": name, **row} for name, row in rows.items()]
        return json.dumps(values, indent=2)
    if kind in (Kind.FUNCTIONS, Kind.WINDOWS):
        return "\n".join(line for name, row in rows.items() for line in _paragraph(name, row))
    text = "\n".join(_lines(rows))
    return f"{text}\n\n{_RESULTS}" if kind is Kind.SCENARIOS else text


def _lines(rows: Mapping[str, Row]) -> Iterable[str]:
    """Yield a line for each name."""
    width = max(len(name) for name in rows)
    for name, row in rows.items():
        result = f" [{row['result']}]" if "result" in row else ""
        yield f"{name:<{width}}  {row['summary']}{result}"
        facts = "; ".join(_facts(row))
        yield from wrap(
            facts,
            output.width(),
            initial_indent=_INDENT,
            subsequent_indent=_INDENT,
            break_on_hyphens=False,
        )


def _facts(row: Row) -> Iterable[str]:
    """Yield what the record of a revision or a bug says, as far as it is not the usual."""
    for key, words in _FACTS.items():
        value = row.get(key)
        if value and value != list(REVISIONS):
            yield words.format(" or ".join(value) if isinstance(value, list) else value)


def _paragraph(name: str, row: Row) -> Iterable[str]:
    """Yield a name, and below it what there is to say of it."""
    yield name
    for title, value in row.items():
        words = ", ".join(value) if isinstance(value, list) else str(value)
        begin = _TITLES.get(title, f"  {title}: ")
        if words:
            yield from wrap(begin + words, output.width(), subsequent_indent="    ")


def _scenarios() -> dict[str, Row]:
    return {
        name: {
            "summary": scenario.summary,
            "result": scenario.result,
            "origin": scenario.origin,
        }
        for name, scenario in SCENARIOS.items()
    }


def _strategies() -> dict[str, Row]:
    return {name: {"summary": summary} for name, summary in DESCRIPTIONS.items()}


def _revisions() -> dict[str, Row]:
    return {
        name: {
            "summary": _first_line(revision.story),
            "aliases": list(revision.aliases),
            "kernel": revision.kernel,
            "date": revision.date,
            "commit": revision.commit,
            "mended_by": revision.mended_by,
            "models": [commit._asdict() for commit in revision.models],
            "beyond": [commit._asdict() for commit in revision.beyond],
            "found_as": list(revision.found_as),
            "does": {topic.name: topic.of(revision.cls) for topic in TOPICS},
            "story": revision.story,
        }
        for name, revision in REVISIONS.items()
    }


def _bugs() -> dict[str, Row]:
    return {
        name: {
            "summary": _first_line(bug.story),
            "found_as": list(bug.found_as),
            "guest_sees": bug.guest_sees,
            "needs_points": bug.needs_points,
            "date": bug.date,
            "commit": bug.commit,
            "mended_by": bug.mended_by,
            "cve": bug.cve,
            "applies_to": list(bug.revisions),
            "story": bug.story,
        }
        for name, bug in (BUGS | BUGS_OF_POINTS).items()
    }


def _first_line(story: str) -> str:
    return story.partition("\n")[0]


def _functions() -> dict[str, Row]:
    return {
        name: {
            "summary": function.summary,
            "models": function.models,
            "decision": function.decision,
            "locking": function.locking,
        }
        for name, function in functions().items()
    }


def _windows() -> dict[str, Row]:
    return {
        name: {
            "summary": summary,
            "floors": [
                scenario.name for scenario in SCENARIOS.values() if name in scenario.floors.rates
            ],
        }
        for name, summary in WINDOWS.items()
    }


_ROWS = {
    Kind.SCENARIOS: _scenarios,
    Kind.REVISIONS: _revisions,
    Kind.BUGS: _bugs,
    Kind.STRATEGIES: _strategies,
    Kind.FUNCTIONS: _functions,
    Kind.WINDOWS: _windows,
}
