# SPDX-License-Identifier: GPL-2.0-only
"""The command `list`: what there is, by name, for people and for programs."""

import json
from collections.abc import Iterable, Mapping
from textwrap import wrap

from harness.search.strategies import DESCRIPTIONS
from stress.inputs import Kind
from stress.scenarios import SCENARIOS
from stress.system import output
from vgic import BUGS, REVISIONS, V1, WINDOWS
from vgic.composition import functions

Row = dict[str, object]

_RESULTS = (
    "[Never]: no correct kernel fails it, so every finding is a bug.\n"
    "[Sometimes]: a correct kernel may fail it too; the scenario's docstring says when."
)


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
        name: {"summary": scenario.summary, "result": scenario.result}
        for name, scenario in SCENARIOS.items()
    }


def _strategies() -> dict[str, Row]:
    return {name: {"summary": summary} for name, summary in DESCRIPTIONS.items()}


def _classes(table: Mapping[str, type[V1]]) -> dict[str, Row]:
    return {
        name: {"summary": (cls.__doc__ or "").strip().partition("\n")[0]}
        for name, cls in table.items()
    }


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
                scenario.name
                for scenario in SCENARIOS.values()
                if any(scenario.floors.per_cent.get(name, {}).values())
            ],
        }
        for name, summary in WINDOWS.items()
    }


_ROWS = {
    Kind.SCENARIOS: _scenarios,
    Kind.REVISIONS: lambda: _classes(REVISIONS),
    Kind.BUGS: lambda: _classes(BUGS),
    Kind.STRATEGIES: _strategies,
    Kind.FUNCTIONS: _functions,
    Kind.WINDOWS: _windows,
}
