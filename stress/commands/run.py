# SPDX-License-Identifier: GPL-2.0-only
"""The command `run`: canaries first, then the campaign, then what is to be said of both."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from loguru import logger

from stress.campaign import (
    CANARIES,
    ENDLESS_MAX,
    Campaign,
    LocalPool,
    Plan,
    Result,
    missed,
    outlook,
    plan_for,
    takes_all_for_the_same,
    too_few,
)
from stress.findings import Keeper
from stress.reporting import (
    every_option,
    finding_text,
    first_line,
    json_object,
    last_line,
    progress,
    replay_command,
    summary_text,
)
from stress.system import (
    Exit,
    Interrupts,
    bug_text,
    interrupts,
    say,
    worst,
    write_json,
    write_unfinished,
)
from stress.system import exit_codes as exits


@dataclass(frozen=True)
class Workers:
    """Who does the work.

    Attributes:
        jobs: how many worker processes.
        hang_s: after how many seconds without a step one of them is taken to hang.
    """

    jobs: int
    hang_s: float


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
    with interrupts() as interrupted:
        say(first_line(plan))
        logger.info("asked for: {}", every_option(plan, workers.jobs))
        if doubt := outlook(plan, workers.jobs):
            say(doubt)
        result = _campaign(plan, workers, interrupted, json_file=json_file, quiet=quiet)
        _say_findings(plan, result, quiet=quiet)
        for bug in result.bugs:
            say(bug_text(bug))
        if result.is_endless:
            say(f"ended after {ENDLESS_MAX} executions that came to the step bound")
        conclusive = result.findings or result.bugs or result.interrupted
        reasons = [] if conclusive else too_few(plan, result)
        if not quiet:
            say(summary_text(result))
        for reason in reasons:
            say(f"too few to judge: {reason}")
        code = _code(result, reasons)
        if json_file is not None:
            unwritten = write_json(json_file, json_object(plan, result, code, reasons))
            if unwritten:
                say(unwritten)
                code = exits.unwritten(code)
        say(last_line(code, plan, result))
    return code


def _campaign(
    plan: Plan, workers: Workers, interrupted: Interrupts, *, json_file: Path | None, quiet: bool
) -> Result:
    """Look for the canaries, and run the campaign if they were found."""
    so_far = _Report(plan, json_file)
    so_far.write(Result())
    with LocalPool(workers.jobs, hang_s=workers.hang_s) as pool, interrupted.ending(pool.kill):
        result = _canaries(plan, pool, interrupted)
        if result.bugs or result.interrupted:
            return result
        with progress(plan, quiet=quiet) as told:
            return Campaign(
                plan,
                pool,
                interrupted=interrupted,
                progress=so_far.and_then(told),
                keeper=Keeper(),
            ).run()


def _say_findings(plan: Plan, result: Result, *, quiet: bool) -> None:
    """Print each finding, and where it is kept."""
    told = set[str]()
    for number, finding in enumerate(result.findings.values()):
        kept = result.kept[finding.signature]
        command = replay_command(finding, plan.target, kept)
        symptom = finding.example.symptom
        # The same symptom once more, reached in another way: its folder has the picture.
        new = symptom not in told
        told.add(symptom)
        count = result.failures[symptom]
        drawn = new and not quiet
        say(finding_text(number + 1, finding, count, command, kept, first=new, drawn=drawn))


class _Report:
    """The result for programs while there is no verdict yet: it says so, and what was found.

    The file of an earlier run does not stand there as if it were this one's.
    """

    def __init__(self, plan: Plan, path: Path | None) -> None:
        self._path = path
        self._plan = plan
        self._findings = -1

    def write(self, result: Result) -> None:
        """Write the result so far, if there is anything new to it."""
        if len(result.findings) != self._findings:
            self._findings = len(result.findings)
            write_unfinished(self._path, lambda: json_object(self._plan, result, None, []))

    def and_then(self, told: Callable[[Result], None]) -> Callable[[Result], None]:
        """Return what writes the result so far and then shows it to somebody else."""

        def both(result: Result) -> None:
            self.write(result)
            told(result)

        return both


def _canaries(plan: Plan, pool: LocalPool, interrupted: Interrupts) -> Result:
    """Look for each canary; a campaign that cannot find one would find nothing like it."""
    result = Result()
    if plan.execution is not None:
        return result
    for canary in CANARIES:
        if canary.races and not plan.target.races:
            continue
        sought = plan_for(canary, plan)
        found = Campaign(sought, pool, interrupted=interrupted).run()
        result.bugs += found.bugs
        result.interrupted = found.interrupted
        if result.bugs or result.interrupted:
            return result
        symptoms = [finding.example.symptom for finding in found.findings.values()]
        result.bugs += missed(canary, symptoms, found.executions)
        if result.bugs:
            return result
        logger.info("canary {} found as {}", canary.bug, ", ".join(symptoms) or "nothing")
    result.bugs += takes_all_for_the_same(pool)
    return result


def _code(result: Result, reasons: list[str]) -> Exit:
    codes = []
    if result.bugs:
        codes.append(Exit.HARNESS_BUG)
    if result.findings:
        codes.append(Exit.FINDINGS)
    if result.interrupted:
        codes.append(Exit.INTERRUPTED)
    if reasons:
        codes.append(Exit.TOO_FEW)
    return worst(codes)
