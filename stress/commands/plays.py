# SPDX-License-Identifier: GPL-2.0-only
"""Plays by name, from files or out of tokens, and a list of those that are delivered."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from textwrap import wrap

from harness.engine import printable_name
from stress.inputs import BadArgument, text_of
from stress.plays import SUFFIX, BadScript, Play, print_script, read_script, shipped
from stress.replaying import opening
from stress.system import output
from vgic.composition import did_you_mean

_SCRIPT_MAX = 4 << 20
"""Bytes of a script."""

_TOKEN = re.compile(r"vs\d+-")
"""How a token begins; no play's name does."""


def chosen_plays(words: Sequence[str], rounds: int | None) -> tuple[Play, ...]:
    """Return the plays that are asked for.

    Args:
        words: names of delivered ones, files, and tokens; all delivered ones if there are none.
        rounds: how many rounds each of them has, None for as many as it says.

    Raises:
        BadArgument: there is no such play, or its file cannot be used.
        BadToken: it is a damaged token.
        CannotJudge: it is a token of a version that is not known here.
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
    if word.endswith(SUFFIX):
        return _from_file(Path(word))
    if word == "-" or word.startswith("@") or _TOKEN.match(word):
        return _from_token(word)
    if "/" in word:
        return _from_file(Path(word))
    delivered = shipped()
    if word not in delivered:
        raise BadArgument(
            f"there is no play {printable_name(word)!r}{did_you_mean(word, list(delivered))} "
            f"(`vgic-stress kernel list` shows them all; a file's name ends in {SUFFIX})"
        )
    return delivered[word]


def _from_token(word: str) -> Play:
    """Return the machine and the programs of an execution; a kernel makes schedules of its own."""
    token = opening.opened(word)
    about = (f"The programs of a token of {token.scenario}, found on {token.revision}.",)
    return Play(
        f"token-{token.digest[:8]}", f"the programs of {token.scenario}", about, token.parameters
    )


def _from_file(path: Path) -> Play:
    shown = printable_name(str(path))
    text = text_of(path, _SCRIPT_MAX, "a play's file")
    try:
        return read_script(text, "-".join(path.stem.split()))
    except BadScript as error:
        raise BadArgument(f"{shown}: {error}") from error


def scripts_text(words: Sequence[str]) -> str:
    """Return plays as scripts, each a file of its own as it stands.

    Raises:
        BadArgument, BadToken, CannotJudge: as chosen_plays.
    """
    return "\n".join(print_script(play).rstrip("\n") for play in chosen_plays(words, None))


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
            "known": play.known,
            "parameters": play.parameters.to_values(),
        }
        for play in shipped().values()
    ]
    return json.dumps(values, indent=2)
