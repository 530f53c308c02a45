# SPDX-License-Identifier: GPL-2.0-only
"""The command `run`: canary first, then the campaign, then what is to be said of both."""

from dataclasses import dataclass, replace
from pathlib import Path

from loguru import logger

from harness.strategies import MIX
from stress.campaign import Campaign, Plan, Result, too_few
from stress.exits import Exit, worst
from stress.interrupts import Interrupts, interrupts
from stress.keeping import keep
from stress.output import bug_text, say, write_json
from stress.pool import Pool
from stress.progress import progress
from stress.report import (
    finding_text,
    headline,
    json_object,
    last_line,
    replay_command,
    summary_text,
)
from stress.subject import Subject
from vgic import CANARY

CANARY_SCENARIO = "inject_while_eoicount"
CANARY_EXECUTIONS = 240


@dataclass(frozen=True)
class Workers:
    """Who does the work.

    Attributes:
        jobs: how many worker processes.
        silence_s: after how many seconds without a step one of them is taken to hang.
    """

    jobs: int
    silence_s: float


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
    jobs = workers.jobs
    with interrupts() as interrupted:
        say(f"vgic-stress run: {headline(plan, jobs)}")
        with Pool(jobs, silence_s=workers.silence_s) as pool:
            interrupted.at_once = pool.kill
            result = _canary(plan, pool, interrupted)
            if not (result.bugs or result.interrupted):
                with progress(plan, quiet=quiet) as told:
                    campaign = Campaign(plan, pool, interrupted=interrupted, progress=told)
                    result = campaign.run()
    command = _say_findings(plan, result, quiet=quiet)
    for bug in result.bugs:
        say(bug_text(bug))
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
            code, reasons = Exit.USAGE, [unwritten]
    say(last_line(code, plan, jobs, result, reasons, command))
    return code


def _say_findings(plan: Plan, result: Result, *, quiet: bool) -> str:
    """Keep and print each finding; return the command that replays the first."""
    first, told = "", set[str]()
    for number, finding in enumerate(result.findings.values()):
        kept = keep(finding)
        command = replay_command(finding, plan.subject, kept)
        first = first or command
        symptom = finding.example.symptom
        # The same symptom once more, reached in another way: its folder has the picture.
        new = symptom not in told
        told.add(symptom)
        count = result.failures[symptom]
        drawn = new and not quiet
        say(finding_text(number + 1, finding, count, command, kept, first=new, drawn=drawn))
    return first


def _canary(plan: Plan, pool: Pool, interrupted: Interrupts) -> Result:
    """Look for the canary; a campaign that cannot find it would find nothing."""
    if plan.execution is not None:
        return Result()
    canary = replace(
        plan,
        subject=Subject(bugs=(CANARY,)),
        scenarios=[CANARY_SCENARIO],
        strategy=MIX,
        executions=CANARY_EXECUTIONS,
        duration_s=None,
        stop_at_first=True,
        shrink_replays=0,
    )
    found = Campaign(canary, pool, interrupted=interrupted).run()
    if not (found.findings or found.bugs or found.interrupted):
        found.bugs.append(
            f"canary missed: the bug {CANARY} was not found in {found.executions} executions of "
            f"{CANARY_SCENARIO}, so a clean verdict would mean nothing"
        )
    for finding in found.findings.values():
        logger.info("canary found in execution {}: {}", finding.execution, finding.signature)
    return Result(bugs=found.bugs, interrupted=found.interrupted)


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
