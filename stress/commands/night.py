# SPDX-License-Identifier: GPL-2.0-only
"""The command `nightly`, done: open the night, run it, and say in the morning what came of it."""

import shlex

from harness.engine import printable_text
from stress.commands.night_asked import Command, options_of, plan_of
from stress.executions import model_digest
from stress.history import History, noting, read_findings
from stress.inputs import BadArgument
from stress.jobs import Cluster, Mending
from stress.morning import screen_text
from stress.nights import (
    Around,
    Opened,
    Tonight,
    Trouble,
    begin,
    file_counts,
    hand_over,
    held,
    judged,
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
from stress.system import Exit, complain, interrupts, logs, say

_LOG = "log.txt"


def run_nightly(command: Command) -> Exit:
    """Run a night, or what is left of one.

    Raises:
        BadArgument: what is asked for makes no sense, or another night runs in the folder.
        OSError: something cannot be written.
    """
    if command.dry_run and command.resume:
        raise BadArgument(
            "--dry-run says what a new night would do, and --resume goes on with the last one: "
            "leave out one of them"
        )
    if command.dry_run:
        kept = read_findings(command.out, noting([])).values()
        say(plan_text(plan_of(options_of(command, None)), kept))
        return Exit.CLEAN
    with (
        held(command.out),
        History.open(command.out) as history,
        interrupts() as interrupted,
    ):
        last = unfinished(command.out) if command.resume else None
        options = options_of(command, None if last is None else last.asked.options)
        plan = plan_of(options)
        with _pool(command) as pool, interrupted.ending(pool.kill):
            if last is None:
                opened = begin(plan, options, command.out, command.words)
            else:
                opened = resume(plan, last)
            night = Tonight(
                opened.plan,
                opened.place,
                opened.asked.begun,
                history,
                opened.journal,
                pool,
                interrupted,
            )
            return _logged(command, opened, night, pool)


def _logged(command: Command, opened: Opened, night: Tonight, pool: Mending | Cluster) -> Exit:
    """Run a night with its log; a disk that is full ends it, and what it has done stays."""
    logs.start(command.verbose, opened.place / _LOG, as_json=command.log_json)
    try:
        return _run(command, opened, night, pool)
    except OSError as error:
        logs.warning(f"the night has stopped: {error}")
        complain(f"vgic-stress: the night has stopped: {error}")
        complain(f"what it has done is in {opened.place}; --resume goes on with it")
        return Exit.HARNESS_BUG
    finally:
        logs.stop()


def _run(command: Command, opened: Opened, night: Tonight, pool: Mending | Cluster) -> Exit:
    headline = _headline(opened)
    logs.info(f"asked for: {shlex.join(command.words)} {headline.line('on')} jobs={command.jobs}")
    say(headline.line("vgic-stress nightly:"))
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
    morning, verdict = judged(record, night.history, only_new=command.only_new)
    night.history.night_ended(morning.tonight)
    write_morning(morning, opened.place)
    logs.info(f"ended: {verdict.words}")
    say(screen_text(morning))
    hand_over(morning)
    say(headline.line(f"{verdict.headline} on"))
    return verdict.code
