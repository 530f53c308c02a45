# SPDX-License-Identifier: GPL-2.0-only
"""The command `nightly`: what it is asked for."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from stress.commands import options
from stress.inputs import Points, arguments
from stress.system import logs
from vgic import JudgedBy

OUT = Path("nights")

_MOST = (1 << 63) - 1
"""A number that can be kept."""


class FailOn(StrEnum):
    """With what a night fails."""

    NEW = "new"
    KNOWN = "known"


def _option(flag: str, metavar: str, text: str) -> Any:
    return typer.Option(flag, metavar=metavar, help=text)


NightExecutions = Annotated[
    int | None,
    typer.Option(
        "--executions", metavar="N", min=1, max=_MOST, help="So many in all, whatever it takes."
    ),
]
Out = Annotated[Path, _option("--out", "DIR", "Where all nights leave what they find.")]
Revisions = Annotated[
    list[str] | None, _option("--revision", "NAME|FILE.py:CLASS", "What to test, each.")
]
NightPoints = Annotated[
    str | None,
    _option("--points", "|".join(Points), f"Where to interleave: {Points.ALL} if left out."),
]
NightJudge = Annotated[
    str | None, _option("--judge", "|".join(JudgedBy), f"By what it is judged: {JudgedBy.BOTH}.")
]
OfCluster = Annotated[
    str, _option("--cluster", "tcp://HOST:8786", "Have a Dask cluster do the work.")
]
Shard = Annotated[str | None, _option("--shard", "K/N", "Part K of N of the night.")]
Resume = Annotated[
    bool, typer.Option("--resume", help="Go on with the last night if it is not at its end.")
]
Fails = Annotated[str, _option("--fail-on", "new|known", "Exit with 1 for new findings, or any.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, do nothing.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="No progress.")]


def nightly(
    scenario: options.Scenarios = None,
    scenarios: options.ScenarioFiles = None,
    duration: options.Duration = None,
    executions: NightExecutions = None,
    out: Out = OUT,
    revision: Revisions = None,
    points: NightPoints = None,
    judge: NightJudge = None,
    jobs: options.Jobs = "auto",
    cluster: OfCluster = "",
    seed: options.SeedNumber = None,
    shard: Shard = None,
    resume: Resume = False,
    fail_on: Fails = FailOn.KNOWN,
    dry_run: DryRun = False,
    quiet: Quiet = False,
    verbose: options.Verbose = 0,
    log_json: options.LogJson = False,
) -> None:
    """Run scenarios on revisions and patches for hours, and leave a history behind.

    What earlier nights have found is replayed first, then comes the search, more of what still
    yields something; small machines are explored at the end. In the morning it says what is new.
    It may be killed at any moment: --resume goes on.
    """
    from stress.commands.night import run_nightly
    from stress.commands.night_asked import Command
    from stress.nights import LANES

    logs.start(verbose, as_json=log_json)
    command = Command(
        out=out,
        words=("vgic-stress", *sys.argv[1:]),
        scenarios=scenario or [],
        scenario_files=list(map(str, scenarios or ())),
        revisions=revision or [],
        points=None if points is None else arguments.one_of(list(Points), points, "--points"),
        judge=None if judge is None else arguments.one_of(list(JudgedBy), judge, "--judge"),
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
        cluster=cluster,
        verbose=verbose,
        log_json=log_json,
    )
    raise typer.Exit(run_nightly(command))
