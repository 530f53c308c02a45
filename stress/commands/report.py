# SPDX-License-Identifier: GPL-2.0-only
"""The command `report`: many nights as one page in a file."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stress.inputs import BadArgument, arguments
from stress.system import Exit, complain, counted, output, say

if TYPE_CHECKING:
    from stress.history import Kept, NightRecord

FILE = Path("vgic-stress-report.html")


def report(
    folders: Annotated[
        list[Path], typer.Argument(metavar="DIR", help="Where nights are; shown as one.")
    ],
    file: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The page.")] = FILE,
) -> None:
    """Write one HTML page over many nights: findings, windows, speed, yield.

    It loads nothing from anywhere, so it can be mailed. What is damaged is left out, and said.
    """
    raise typer.Exit(write_report(folders, file))


def write_report(folders: Sequence[Path], file: Path) -> Exit:
    """Write the page and say what is in it.

    Args:
        folders: the folders of nights, one at least.
        file: the page's file.

    Raises:
        BadArgument: there are no nights in any of the folders, or the file cannot be written.
    """
    from stress.history import RUNS, noting, read_findings, read_nights
    from stress.morning.page import report_page, together

    for folder in folders:
        if not (folder / RUNS).is_dir():
            raise BadArgument(
                f"{folder}: there are no nights; name the folder that `vgic-stress nightly --out` "
                "was given"
            )
    nights: list[NightRecord] = []
    findings: list[Kept] = []
    notes: list[str] = []
    for folder in dict.fromkeys(folders):
        nights += read_nights(folder, noting(notes))
        findings += read_findings(folder, noting(notes)).values()
    shown = together(nights, findings, map(str, dict.fromkeys(folders)), notes)
    for note in shown.notes:
        complain(note)
    if not shown.nights:
        raise BadArgument(
            f"{', '.join(map(str, folders))}: no night has ended there yet, so there is nothing to "
            "show; a night writes what it did when it ends or is interrupted"
        )
    arguments.writable(file, "-o")
    error = output.write(file, report_page(shown), "-o")
    if error:
        raise BadArgument(error)
    said = f"{counted(len(shown.nights), 'night')}, {counted(len(shown.findings), 'finding')}"
    say(f"{said}: written to {file}")
    return Exit.CLEAN
