# SPDX-License-Identifier: GPL-2.0-only
"""Whether a finding holds: it comes out alike ten of ten times on OS threads in a fresh process."""

from harness import HarnessBug
from harness.engine import printable_text
from stress.campaign import differs_afresh
from stress.executions import fault_of
from stress.findings import Finding
from stress.nights.filing import Filing
from stress.nights.plan import CONFIRMATIONS
from stress.nights.tonight import Tonight


def file_if_it_holds(
    night: Tonight, filing: Filing, target: int, finding: Finding
) -> tuple[list[str], list[str]]:
    """File what was found by no campaign, if it holds.

    Args:
        night: the night.
        filing: files what is found on the target.
        target: the target's place in the plan.
        finding: what was found.

    Returns:
        Why it does not hold: what the user's class is at fault for, and what the harness is.

    Raises:
        OSError: something cannot be written.
    """
    kernel = night.plan.targets[target]
    where = f"{finding.strategy} of {finding.scenario}"
    try:
        differences = differs_afresh(night.executor, kernel, finding.example, where, CONFIRMATIONS)
    except HarnessBug as bug:
        return [], [printable_text(str(bug))]
    if not differences:
        filing.file(finding)
    faults = [printable_text(fault) for bug in differences if (fault := fault_of(bug, kernel))]
    bugs = [printable_text(str(bug)) for bug in differences if not fault_of(bug, kernel)]
    return faults, bugs
