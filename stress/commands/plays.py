# SPDX-License-Identifier: GPL-2.0-only
"""Plays by name or from files, and a list of those that are delivered."""

import json
from collections.abc import Sequence
from pathlib import Path
from textwrap import wrap

from harness.engine import printable_name
from stress.inputs import BadArgument
from stress.plays import SUFFIX, BadScript, Play, read_script, shipped
from stress.system import output
from vgic.composition import did_you_mean

_SCRIPT_MAX = 4 << 20
"""Bytes of a script."""


def chosen_plays(words: Sequence[str], rounds: int | None) -> tuple[Play, ...]:
    """Return the plays that are asked for.

    Args:
        words: names of delivered ones, and files; all delivered ones if there are none.
        rounds: how many rounds each of them has, None for as many as it says.

    Raises:
        BadArgument: there is no such play, or its file cannot be used.
    """
    plays = [_play(word) for word in words] or list(shipped().values())
    named: dict[str, Play] = {}
    for play in plays:
        if named.setdefault(play.name, play) != play:
            raise BadArgument(
                f"two plays are called {play.name}: give one of the files another name"
            )
    return tuple(
        play if rounds is None else play._replace(rounds=rounds) for play in named.values()
    )


def _play(word: str) -> Play:
    if word.endswith(SUFFIX) or "/" in word:
        return _from_file(Path(word))
    delivered = shipped()
    if word not in delivered:
        raise BadArgument(
            f"there is no play {printable_name(word)!r}{did_you_mean(word, list(delivered))} "
            f"(`vgic-stress kernel list` shows them all; a file's name ends in {SUFFIX})"
        )
    return delivered[word]


def _from_file(path: Path) -> Play:
    shown = printable_name(str(path))
    try:
        with path.open("rb") as file:
            data = file.read(_SCRIPT_MAX + 1)
    except OSError as error:
        raise BadArgument(f"{shown}: it cannot be read: {error.strerror}") from error
    if len(data) > _SCRIPT_MAX:
        raise BadArgument(f"{shown}: a play's file has at most {_SCRIPT_MAX >> 20} MiB")
    try:
        return read_script(data.decode("utf-8"), path.stem)
    except UnicodeDecodeError as error:
        raise BadArgument(f"{shown}: it is no text in UTF-8 (byte {error.start})") from error
    except BadScript as error:
        raise BadArgument(f"{shown}: {error}") from error


def plays_text() -> str:
    """Return the delivered plays by name, each with what happens in it."""
    plays = shipped().values()
    width = max(len(play.name) for play in plays)
    return "\n".join(
        "\n".join(
            wrap(
                f"{play.name:<{width}}  {play.title}{_control(play)}",
                output.width(),
                subsequent_indent=" " * (width + 2),
                break_on_hyphens=False,
            )
        )
        for play in plays
    )


def _control(play: Play) -> str:
    return f" [control of {play.control}]" if play.control else ""


def plays_values() -> str:
    """Return the delivered plays for programs, as JSON."""
    values = [
        {
            "name": play.name,
            "title": play.title,
            "about": list(play.about),
            "rounds": play.rounds,
            "control_of": play.control,
            "parameters": play.parameters.to_values(),
        }
        for play in shipped().values()
    ]
    return json.dumps(values, indent=2)
