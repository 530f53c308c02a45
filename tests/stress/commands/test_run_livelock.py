# SPDX-License-Identifier: GPL-2.0-only
"""Is a loop that goes round through scheduling points a finding, told in time?"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

Result = Callable[..., dict[str, Any]]

LIVELOCK = """
from vgic import Reference

class MyKernel(Reference):
    def announce_pending(self, vcpu):
        while vcpu.requests.pending() or not vcpu.requests.pending():
            pass
"""


def test_a_livelock_is_a_finding_also_where_runs_are_analysed(
    result: Result, tmp_path: Path
) -> None:
    (tmp_path / "my_patch.py").write_text(LIVELOCK, "utf-8")
    # Here races would be drawn from the first of several runs, which is the one that does not end.
    one = ("--seed", 3, "--execution", 5, "--strategy", "conflicts", "--shrink", 0, "--jobs", 1)
    value = result("one_reroute", "--revision", "my_patch.py", *one, VGIC_STRESS_SILENCE_S="15")
    (finding,) = value["findings"]
    assert finding["signature"].startswith("step bound in announce_pending")
    assert not value["harness_bugs"]
