# SPDX-License-Identifier: GPL-2.0-only
"""The first screen of a morning: at most 40 lines of 100 columns, and the same as markdown.

Only a command may be wider than the screen: one that is cut replays nothing. In markdown, which is
shown by browsers, what comes from records can be no markup.
"""

import re
from collections.abc import Iterator
from textwrap import wrap

from harness.engine import printable
from stress.morning.items import Bullet, Section, fitting
from stress.morning.markup import as_code, marked_down
from stress.morning.morning import Morning
from stress.morning.sections import COLUMNS, clipped, head, sections

LINES = 40

_COMMAND = re.compile(r"^(\s*)::")
"""How a line begins that GitHub takes for a command, whoever has printed it."""

_MORE_LINES = 2
"""How many lines of the screen one line of an item may take."""


def screen_text(morning: Morning) -> str:
    """Return the first screen as text for a terminal."""
    lines = [clipped(printable(line), COLUMNS) for line in head(morning)]
    lines[1:] = [clipped(f"  {line}", COLUMNS) for line in lines[1:]]
    room = LINES - len(lines)
    for section, shown in fitting(sections(morning), _height, room):
        if section.inline or not shown:
            lines.append(_in_one_line(section))
            continue
        lines.append(section.title)
        lines += [line for item in section.items[:shown] for line in _lines(item)]
        left = len(section.items) - shown
        if left:
            lines.append(f"  and {left} more; see {printable(section.rest)}")
    return "\n".join(lines)


def markdown_text(morning: Morning) -> str:
    """Return the same as markdown, for summary.md and for what CI shows."""
    first, *rest = head(morning)
    lines = [f"# {marked_down(first)}", "", *(f"- {marked_down(line)}" for line in rest)]
    room = LINES - len(rest) - 1
    for section, shown in fitting(sections(morning), _height, room):
        lines += ["", f"## {marked_down(section.title)}", ""]
        if section.inline:
            lines.append(marked_down(section.inline))
        for item in section.items[:shown]:
            lines += _marked_up(item)
        left = len(section.items) - shown
        if left:
            lines.append(f"- and {left} more; see {as_code(section.rest)}")
    return "\n".join(lines) + "\n"


def _in_one_line(section: Section) -> str:
    if section.inline:
        return clipped(printable(f"{section.title}: {section.inline}"), COLUMNS)
    return printable(f"{section.title}: no room; see {section.rest}")


def _height(item: Bullet) -> int:
    return len(_lines(item))


def _lines(item: Bullet) -> list[str]:
    """Return the lines of the screen that an item takes."""
    lines = _wrapped(item.text, "  ")
    for more in item.more:
        lines += _wrapped(more, "    ")
    return [*lines, *[f"    {printable(item.command)}"] * bool(item.command)]


def _wrapped(text: str, indent: str) -> list[str]:
    """Return the lines of a text; what a service would take for a command to it is none."""
    lines = wrap(
        printable(text),
        COLUMNS,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        max_lines=_MORE_LINES,
        placeholder=" ...",
        break_on_hyphens=False,
    )
    return [_COMMAND.sub(r"\1: :", line) for line in lines]


def _marked_up(item: Bullet) -> Iterator[str]:
    yield f"- {marked_down(item.text)}"
    for more in item.more:
        yield f"  - {marked_down(more)}"
    if item.command:
        yield f"  - {as_code(item.command)}"
