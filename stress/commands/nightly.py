# SPDX-License-Identifier: GPL-2.0-only
"""The command `nightly`: what it is asked for."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from stress.commands import options
from stress.inputs import arguments

_OUT = Path("nights")


class FailOn(StrEnum):
    """With what a night fails."""

    NEW = "new"
    KNOWN = "known"


def nightly(
    scenario: options.Scenarios = None,
    duration: options.Duration = None,
    executions: Annotated[
        int | None,
        typer.Option("--executions", metavar="N", min=1, help="So many in all, whatever it takes."),
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Where all nights leave what they find.")
    ] = _OUT,
    revision: Annotated[
        list[str] | None,
        typer.Option(
            "--revision",
            metavar="NAME|FILE.py:CLASS",
            help="What to test, each.",
        ),
    ] = None,
    jobs: options.Jobs = "auto",
    seed: options.Seed = None,
    shard: Annotated[
        str | None, typer.Option("--shard", metavar="K/N", help="Part K of N of the night.")
    ] = None,
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Go on with the last night if it has not come to its end."),
    ] = False,
    fail_on: Annotated[
        str,
        typer.Option(
            "--fail-on", metavar="new|known", help="Exit with 1 for new findings, or for any."
        ),
    ] = FailOn.KNOWN,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No progress.")] = False,
    verbose: options.Verbose = 0,
    log_json: options.LogJson = False,
) -> None:
    """Run scenarios on revisions and patches for hours, and leave a history behind.

    What earlier nights have found is replayed first, then comes the search, more of what still
    yields something; small machines are explored at the end. In the morning it says what is new.
    It may be killed at any moment: --resume goes on.
    """
    from stress.commands.night import Command, run_nightly
    from stress.nights import LANES

    command = Command(
        out=out,
        words=("vgic-stress", *sys.argv[1:]),
        scenarios=scenario or [],
        revisions=revision or [],
        seed=None if seed is None else arguments.seed(seed),
        executions=executions,
        duration_s=arguments.duration_s(duration),
        shard=None if shard is None else arguments.shard(shard, LANES),
        resume=resume,
        only_new=arguments.one_of(list(FailOn), fail_on, "--fail-on") is FailOn.NEW,
        jobs=arguments.jobs(jobs),
        hang_s=arguments.hang_s(),
        dry_run=dry_run,
        quiet=quiet,
        verbose=verbose,
        log_json=log_json,
    )
    raise typer.Exit(run_nightly(command))
