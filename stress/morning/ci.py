# SPDX-License-Identifier: GPL-2.0-only
"""What a night says where a service runs it: GitHub's step summary and annotations.

GitHub reads annotations from what a step prints: a line `::error title=TITLE::MESSAGE`, in which
`%` and line ends are written as `%25`, `%0D` and `%0A`, in a title `:` and `,` as `%3A` and `%2C`.
It shows ten errors and ten warnings of a step. (GitHub's documentation, "Workflow commands".)
Elsewhere nothing is said twice: where its variables are not set, there is nothing to do.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.engine import printable
from stress.morning.differences import below_floors
from stress.morning.groups import grouped
from stress.morning.morning import Morning
from stress.morning.replay_line import replay_line
from stress.morning.screen import markdown_text
from stress.system import counted

ANNOTATIONS_MAX = 10
"""Of one kind and step GitHub shows no more, so the last one says how many more there are."""

SUMMARY = "GITHUB_STEP_SUMMARY"
ACTIONS = "GITHUB_ACTIONS"


@dataclass(frozen=True)
class ForCi:
    """What to hand over to the service that runs a night; all empty where none does.

    Attributes:
        file: append the summary to it, "" if there is none.
        summary: the morning as markdown.
        printed: lines to be printed as they are: escaped once more they would be none.
    """

    file: str = ""
    summary: str = ""
    printed: tuple[str, ...] = ()


def for_ci(morning: Morning, environment: Mapping[str, str]) -> ForCi:
    """Return what to hand over to the service that runs a night.

    Args:
        morning: the night, and what it is compared with.
        environment: the variables of the process.
    """
    file = environment.get(SUMMARY, "")
    runs_here = environment.get(ACTIONS) == "true"
    return ForCi(
        file=file,
        summary=markdown_text(morning) if file else "",
        printed=tuple(annotations(morning)) if runs_here else (),
    )


def annotations(morning: Morning) -> list[str]:
    """Return an error for each new finding and a warning for each window below its floor."""
    new = [
        annotation(
            "error",
            f"{morning.states[each.id]} finding {each.id} on {each.target}",
            f"{each.identity}: {each.message}",
            replay_line(each, morning.folders.get(each.id)),
        )
        for each in grouped(morning).new
    ]
    below = [
        annotation("warning", "window below its floor", each.text, *each.more)
        for each in below_floors(morning)
    ]
    return [*shown("error", new, "finding"), *shown("warning", below, "window")]


def shown(kind: str, lines: Sequence[str], what: str) -> Iterator[str]:
    """Yield as many annotations as are shown; the last one says how many are not.

    Args:
        kind: of what kind they are.
        lines: the annotations.
        what: what each of them is about, as a noun.
    """
    if len(lines) <= ANNOTATIONS_MAX:
        yield from lines
        return
    yield from lines[: ANNOTATIONS_MAX - 1]
    left = len(lines) - ANNOTATIONS_MAX + 1
    yield annotation(kind, f"and {left} more", f"{counted(left, what)} more: see the summary")


def annotation(kind: str, title: str, *lines: str, file: str = "", line: int = 0) -> str:
    """Return an annotation as a step prints it.

    Args:
        kind: `error` or `warning`.
        title: its title.
        lines: what it says.
        file: the file it is about, as the repository has it; "" for none.
        line: the line in it, from 1.
    """
    message = "%0A".join(_escaped(line) for line in lines)
    place = [("file", file), ("line", str(line))] if file else []
    properties = [
        f"{name}={_escaped(value).replace(':', '%3A').replace(',', '%2C')}"
        for name, value in [*place, ("title", title)]
    ]
    return f"::{kind} {','.join(properties)}::{message}"


def _escaped(text: str) -> str:
    """Return a line as GitHub reads it back; what is no glyph is escaped as everywhere else."""
    return printable(text).replace("%", "%25")
