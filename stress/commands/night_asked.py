# SPDX-License-Identifier: GPL-2.0-only
"""What the command `nightly` was asked for, and the night that this means."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.engine import TEXT_MAX, is_printable, printable_text
from stress.executions import Target
from stress.inputs import BadArgument, Points, arguments
from stress.nights import JUDGE, POINTS, NightPlan, Options, name_of
from vgic import JudgedBy


@dataclass(frozen=True)
class Command:
    """What the command line has asked for; None where it has said nothing.

    Attributes:
        out: the folder of all nights.
        words: the words of the command line.
        scenarios: names of scenarios, [] for all of them.
        scenario_files: the user's own files of scenarios.
        revisions: what to test, [] for the reference.
        points: where threads can be interleaved.
        judge: what judges.
        seed: the seed.
        executions: how many executions in all.
        duration_s: when to stop at the latest.
        shard: which part of how many.
        resume: go on with the last night, if it has not come to its end.
        only_new: fail only for what is new.
        jobs: how many worker processes.
        hang_s: after how many seconds without a step one of them is taken to hang.
        dry_run: say what would be done, and do nothing.
        quiet: no progress.
        cluster: the address of a Dask scheduler whose workers do the work; "" for this machine.
        verbose: how much to log, see stress.system.logs; from 1 with the stacks of what hangs.
        log_json: log in JSON.
    """

    out: Path
    words: tuple[str, ...]
    scenarios: Sequence[str]
    scenario_files: Sequence[str]
    revisions: Sequence[str]
    points: Points | None
    judge: JudgedBy | None
    seed: int | None
    executions: int | None
    duration_s: float | None
    shard: tuple[int, int] | None
    resume: bool
    only_new: bool
    jobs: int
    hang_s: float
    dry_run: bool
    quiet: bool
    cluster: str
    verbose: int
    log_json: bool


def options_of(command: Command, before: Options | None) -> Options:
    """Return the options of the night; what is not said is as it was before, or as usual.

    Files of scenarios are registered.

    Raises:
        BadArgument: it has no end, or there is no such scenario.
        BadScenarioFile: a file of scenarios cannot be used.
    """
    asked = [] if before is None else before.scenario_files
    files = list(dict.fromkeys(command.scenario_files)) or asked
    for file in files:
        _check_name("--scenarios", file)
    if before is None:
        if command.executions is None and command.duration_s is None:
            raise BadArgument("a night has an end: name --duration, such as 8h, or --executions")
        return Options(
            revisions=list(command.revisions) or [Target().revision],
            scenarios=arguments.scenarios(command.scenarios, map(Path, files)),
            seed=arguments.seed(None) if command.seed is None else command.seed,
            executions=command.executions,
            duration_s=command.duration_s,
            shard=command.shard or (1, 1),
            scenario_files=files,
            points=command.points or POINTS,
            judge=command.judge or JUDGE,
        )
    asks = command.scenarios or ([] if command.scenario_files else before.scenarios)
    named = arguments.scenarios(asks, map(Path, files))
    limits = before.executions, before.duration_s
    if command.executions is not None or command.duration_s is not None:
        limits = command.executions, command.duration_s
    return Options(
        revisions=list(command.revisions) or before.revisions,
        scenarios=named,
        seed=before.seed if command.seed is None else command.seed,
        executions=limits[0],
        duration_s=limits[1],
        shard=command.shard or before.shard,
        scenario_files=files,
        points=command.points or before.points,
        judge=command.judge or before.judge,
    )


def _check_name(option: str, name: str) -> None:
    if not is_printable(name) or len(name) > TEXT_MAX:
        raise BadArgument(
            f"{option} {printable_text(name)}: a night writes down what it was asked for; "
            f"give the file a name that can be printed, of at most {TEXT_MAX} characters"
        )


def plan_of(options: Options) -> NightPlan:
    """Return what a night is to do.

    Raises:
        BadArgument: two of what is to be tested have one name.
        CompositionError: there is no such revision, or a file has no such class.
    """
    for name in options.revisions:
        _check_name("--revision", name)
    targets = options.targets
    for target in targets:
        target.check()
    names = [name_of(target) for target in targets]
    for name in names:
        if names.count(name) > 1:
            raise BadArgument(
                f"--revision: two are called {name}, and what nights find is kept by that name; "
                "leave one out, or give its file another name"
            )
    return NightPlan(
        targets,
        tuple(arguments.scenarios(options.scenarios)),
        options.seed,
        options.executions,
        options.duration_s,
        options.shard,
    )
