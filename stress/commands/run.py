# SPDX-License-Identifier: GPL-2.0-only
"""The command `run`: canaries first, then the campaign, then what is to be said of both."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from stress.campaign import (
    ENDLESS_MAX,
    Campaign,
    Plan,
    Result,
    look_for_canaries,
    outlook,
    too_few,
)
from stress.findings import Keeper
from stress.jobs import LocalPool
from stress.reporting import (
    Writer,
    also_text,
    campaign_values,
    every_option,
    finding_text,
    headline_of,
    progress,
    replay_command,
    summary_text,
    verdict,
)
from stress.system import Exit, Interrupts, interrupts, logs, say


@dataclass(frozen=True)
class Workers:
    """Who does the work.

    Attributes:
        jobs: how many worker processes.
        hang_s: after how many seconds without a step one of them is taken to hang.
        stacks: have it print the stacks of its threads then.
    """

    jobs: int
    hang_s: float
    stacks: bool = False


def run(
    plan: Plan, workers: Workers, *, json_file: Path | None = None, quiet: bool = False
) -> Exit:
    """Run a campaign and say what it found.

    Args:
        plan: what to do.
        workers: who does it.
        json_file: where to write the result for programs.
        quiet: no progress and no summary.
    """
    writer = Writer("vgic-stress run", headline_of(plan), json_file)
    with interrupts() as interrupted:
        writer.begin()
        logs.info(f"asked for: {every_option(plan, workers.jobs)}")
        if doubt := outlook(plan, workers.jobs):
            say(doubt)
        result = _campaign(plan, workers, interrupted, writer, quiet=quiet)
        _say_findings(plan, result, quiet=quiet)
        for fault in result.faults:
            logs.warning(fault)
        for fault in result.faults[:1]:
            say(fault)
        if len(result.faults) > 1:
            say(f"and {len(result.faults) - 1} more like it, which --json has")
        writer.bugs(result.bugs)
        if result.is_endless:
            say(f"ended after {ENDLESS_MAX} executions that came to the step bound")
        conclusive = result.findings or result.is_broken or result.interrupted
        reasons = [] if conclusive else too_few(plan, result)
        if not quiet:
            say(summary_text(plan, result))
        for reason in reasons:
            say(f"too few to judge: {reason}")
        ended = verdict.of_campaign(result, reasons)
        return writer.end(ended, campaign_values(plan, result, reasons)).code


def _campaign(
    plan: Plan, workers: Workers, interrupted: Interrupts, writer: Writer, *, quiet: bool
) -> Result:
    """Look for the canaries, and run the campaign if they were found."""
    so_far = _SoFar(plan, writer)
    so_far.write(Result())
    with _pool(workers) as pool, interrupted.ending(pool.kill):
        if plan.execution is None:
            looked = look_for_canaries(plan, pool, interrupted)
            if looked.bugs or looked.interrupted:
                return Result(bugs=looked.bugs, interrupted=looked.interrupted)
        with progress(plan, quiet=quiet) as show:
            return Campaign(
                plan,
                pool,
                interrupted=interrupted,
                progress=so_far.and_then(show),
                keeper=Keeper(),
            ).run()


def _pool(workers: Workers) -> LocalPool:
    return LocalPool(workers.jobs, hang_s=workers.hang_s, stacks=workers.stacks)


def _say_findings(plan: Plan, result: Result, *, quiet: bool) -> None:
    """Print each finding, and where it is kept."""
    reported = set[str]()
    for number, finding in enumerate(result.findings.values()):
        kept = result.kept[finding.signature]
        command = replay_command(finding, plan.target, kept)
        symptom = finding.example.symptom
        # The same symptom once more, reached in another way: its folder has the picture.
        new = symptom not in reported
        reported.add(symptom)
        count = result.failures[symptom]
        drawn = new and not quiet
        mends = result.mends(finding)
        say(
            finding_text(
                number + 1, finding, count, command, kept, mends=mends, first=new, drawn=drawn
            )
        )
        others = result.also.get(finding.signature, [])
        if others:
            say(also_text(others, result.failures, result.kept))


class _SoFar:
    """The result for programs while there is no verdict yet: it says so, and what was found."""

    def __init__(self, plan: Plan, writer: Writer) -> None:
        self._writer = writer
        self._plan = plan
        self._findings = -1

    def write(self, result: Result) -> None:
        """Write the result so far, if there is anything new to it."""
        if len(result.kept) != self._findings:
            self._findings = len(result.kept)
            self._writer.so_far(lambda: campaign_values(self._plan, result))

    def and_then(self, show: Callable[[Result], None]) -> Callable[[Result], None]:
        """Return what writes the result so far and then shows it."""

        def both(result: Result) -> None:
            self.write(result)
            show(result)

        return both
