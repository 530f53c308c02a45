# SPDX-License-Identifier: GPL-2.0-only
"""The command `nightly`, done: open the night, run it, and say in the morning what came of it."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.engine import TEXT_MAX, is_printable, printable_text
from stress.executions import Target, model_digest
from stress.history import History, noting, read_findings
from stress.inputs import BadArgument, arguments
from stress.jobs import Cluster, Mending
from stress.morning import screen_text
from stress.nights import (
    Around,
    NightPlan,
    Opened,
    Options,
    Tonight,
    Trouble,
    begin,
    ended,
    file_counts,
    hand_over,
    held,
    morning_of,
    name_of,
    night_record,
    now,
    plan_text,
    resume,
    run_night,
    unfinished,
    write_morning,
)
from stress.reporting import Headline, progress
from stress.system import Exit, Interrupts, complain, interrupts, logs, say

_LOG = "log.txt"


@dataclass(frozen=True)
class Command:
    """What the command line has asked for; None where it has said nothing.

    Attributes:
        out: the folder of all nights.
        words: the words of the command line.
        scenarios: names of scenarios, [] for all of them.
        revisions: what to test, [] for the reference.
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
    revisions: Sequence[str]
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


def run_nightly(command: Command) -> Exit:
    """Run a night, or what is left of one.

    Raises:
        BadArgument: what is asked for makes no sense, or another night runs in the folder.
        OSError: something cannot be written.
    """
    if command.dry_run:
        kept = read_findings(command.out, noting([])).values()
        say(plan_text(_plan(_options(command, None)), kept))
        return Exit.CLEAN
    with (
        held(command.out),
        History.open(command.out) as history,
        interrupts() as interrupted,
    ):
        last = unfinished(command.out) if command.resume else None
        options = _options(command, None if last is None else last.asked.options)
        plan = _plan(options)
        with _pool(command) as pool, interrupted.ending(pool.kill):
            if last is None:
                opened = begin(plan, options, command.out, command.words)
            else:
                opened = resume(plan, last)
            return _logged(command, opened, history, pool, interrupted)


def _logged(
    command: Command,
    opened: Opened,
    history: History,
    pool: Mending | Cluster,
    interrupted: Interrupts,
) -> Exit:
    """Run a night with its log; a disk that is full ends it, and what it has done stays."""
    logs.start(command.verbose, opened.place / _LOG, as_json=command.log_json)
    try:
        return _run(command, opened, history, pool, interrupted)
    except OSError as error:
        logs.warning(f"the night has stopped: {error}")
        complain(f"vgic-stress: the night has stopped: {error}")
        complain(f"what it has done is in {opened.place}; --resume goes on with it")
        return Exit.HARNESS_BUG
    finally:
        logs.stop()


def _run(
    command: Command,
    opened: Opened,
    history: History,
    pool: Mending | Cluster,
    interrupted: Interrupts,
) -> Exit:
    headline = _headline(opened)
    logs.info(f"asked for: {shlex.join(command.words)} {headline.line('on')} jobs={command.jobs}")
    say(headline.line("vgic-stress nightly:"))
    night = Tonight(
        opened.plan,
        opened.place,
        opened.asked.begun,
        history,
        opened.journal,
        pool,
        interrupted,
    )
    with progress(opened.plan, quiet=command.quiet) as show:
        run_night(night, show)
    for trouble in pool.troubles:
        night.journal.add(Trouble(printable_text(trouble)))
    file_counts(night)
    return _end(command, opened, night, headline)


def _pool(command: Command) -> Mending | Cluster:
    """Return who does the work.

    Raises:
        BadArgument: there is no such cluster, or not of this vgic-stress.
    """
    if command.cluster:
        return Cluster(command.cluster, hang_s=command.hang_s)
    return Mending(command.jobs, hang_s=command.hang_s, stacks=bool(command.verbose))


def _options(command: Command, before: Options | None) -> Options:
    """Return the options of the night; what is not said is as it was before, or as usual."""
    if before is None:
        if command.executions is None and command.duration_s is None:
            raise BadArgument("a night has an end: name --duration, such as 8h, or --executions")
        return Options(
            revisions=list(command.revisions) or [Target().revision],
            scenarios=arguments.scenarios(command.scenarios),
            seed=arguments.seed(None) if command.seed is None else command.seed,
            executions=command.executions,
            duration_s=command.duration_s,
            shard=command.shard or (1, 1),
        )
    named = arguments.scenarios(command.scenarios) if command.scenarios else before.scenarios
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
    )


def _plan(options: Options) -> NightPlan:
    """Return what a night is to do.

    Raises:
        BadArgument: two of what is to be tested have one name.
        CompositionError: there is no such revision, or a file has no such class.
    """
    for name in options.revisions:
        if not is_printable(name) or len(name) > TEXT_MAX:
            raise BadArgument(
                f"--revision {printable_text(name)}: a night writes down what it was asked for; "
                f"give the file a name that can be printed, of at most {TEXT_MAX} characters"
            )
    targets = tuple(Target(name).judged_by(True) for name in options.revisions)
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


def _headline(opened: Opened) -> Headline:
    plan = opened.plan
    first, *others = map(name_of, plan.targets)
    tested = f"{first}+{len(others)}" if others else first
    identity = [f"seed={plan.seed:#x}", f"model={model_digest()}"]
    return Headline(tested, identity, [opened.place.name], joint=" on")


def _end(command: Command, opened: Opened, night: Tonight, headline: Headline) -> Exit:
    """Write down what came of it, and say it."""
    around = Around(opened.asked.commit, [*opened.journal.notes, *night.history.notes], now())
    record = night_record(night, around)
    verdict = ended(record, night.history, only_new=command.only_new)
    values = verdict.values()
    record = replace(record, verdict=str(values["verdict"]), exit=int(verdict.code))
    night.history.night_ended(record)
    morning = morning_of(record, night.history)
    write_morning(morning, opened.place)
    logs.info(f"ended: {verdict.words}")
    say(screen_text(morning))
    hand_over(morning)
    say(headline.line(f"{verdict.headline} on"))
    return verdict.code
