# SPDX-License-Identifier: GPL-2.0-only
"""The commands `findings ...`: what they are asked for."""

from pathlib import Path
from typing import Annotated

import typer

from stress.commands.examples import ends_in
from stress.inputs import BadArgument, arguments
from stress.system import output

NIGHTS = Path("nights")
"""The folder of all nights, if none is named."""

_Folder = Annotated[
    Path, typer.Argument(metavar="DIR", help="The folder of the nights.", show_default=True)
]
_Id = Annotated[str, typer.Argument(metavar="ID", help="As `list` shows it, or how it begins.")]

findings = typer.Typer(
    help="What many nights have found: list it, show it, mark it, export it, merge it.",
    epilog=ends_in("findings"),
    no_args_is_help=True,
    rich_markup_mode=None,
)


@findings.command(name="list", epilog=ends_in("findings list"))
def list_(
    folder: _Folder = NIGHTS,
    state: Annotated[
        str | None,
        typer.Option("--state", metavar="new|known|...", help="Those that are in it."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List the findings of all nights, one a line.

    Each with its state, how often the last night has seen it, the days on which it was seen first
    and last, what it was found on, and how it fails.
    """
    from stress.commands.findings_read import opened
    from stress.commands.findings_text import list_text, values
    from stress.history import STATES

    wanted = None if state is None else arguments.one_of(list(STATES), state, "--state")
    read = opened(folder)
    chosen = [kept for kept in read.kept if wanted in (None, read.states[kept.record.id])]
    output.say(values(read, chosen) if as_json else list_text(read, chosen, wanted))


@findings.command(epilog=ends_in("findings show"))
def show(id_: _Id, folder: _Folder = NIGHTS) -> None:
    """Show all that is known of a finding, and the command that replays it."""
    from stress.commands.findings_read import opened
    from stress.commands.findings_text import show_text

    read = opened(folder)
    output.say(show_text(read, read.one(id_)))


@findings.command(epilog=ends_in("findings mark"))
def mark(
    id_: _Id,
    folder: _Folder = NIGHTS,
    known: Annotated[bool, typer.Option("--known", help="It is there, and no news.")] = False,
    invalid: Annotated[bool, typer.Option("--invalid", help="It is no finding.")] = False,
    clear: Annotated[bool, typer.Option("--clear", help="Take back what was said.")] = False,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help="Why, in a line.")
    ] = None,
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="YYYY-MM-DD", help="Its last day; ever, if none."),
    ] = None,
) -> None:
    """Say of a finding that it is known or invalid, why, and until when."""
    from stress.commands.findings_mark import mark_of, write_mark

    named = [name for name, on in (("known", known), ("invalid", invalid), ("", clear)) if on]
    if len(named) != 1:
        raise BadArgument("mark takes one of --known, --invalid and --clear")
    output.say(write_mark(folder, id_, mark_of(named[0], reason, until)))


@findings.command(epilog=ends_in("findings export"))
def export(
    folder: _Folder = NIGHTS,
    to: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE.json", help="Where to write it.")
    ] = None,
) -> None:
    """Write all findings and nights into one file for programs."""
    from stress.commands.findings_read import opened
    from stress.commands.findings_text import export_values

    if to is None:
        raise BadArgument("export takes -o FILE.json, the file to write")
    file = arguments.writable(to, "-o")
    read = opened(folder)
    assert file is not None
    if wrong := output.write(file, export_values(read), "-o"):
        raise BadArgument(wrong)
    output.say(f"{read.summary} written to {file}")


@findings.command(epilog=ends_in("findings merge"))
def merge(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR...", help="Folders of nights.")],
    into: Annotated[
        Path | None, typer.Option("--into", metavar="DIR", help="The folder of all of them.")
    ] = None,
) -> None:
    """Make one history of several machines' folders; to merge one again changes nothing."""
    from stress.commands.findings_merge import merge_folders

    if into is None:
        raise BadArgument("merge takes --into DIR, the folder to merge into")
    output.say(merge_folders(folders, into))
