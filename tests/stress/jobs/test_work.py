# SPDX-License-Identifier: GPL-2.0-only
"""Is an execution in short what it was whole?"""

import pytest

from harness import Failure, OsThreads
from stress.executions import Target
from stress.jobs.work import run_one
from stress.scenarios import SCENARIOS
from vgic import Reference
from vgic.data import Vcpu


class FailsPlainly(Reference):
    """Fails at its first prune, without a manner."""

    manner = ""

    def vgic_prune_ap_list(self, vcpu: Vcpu) -> None:
        failure = Failure("I0 made up", "it fails here", ("prune",), manner=self.manner)
        self.kvm.scheduler.fail(failure)


class FailsInAManner(FailsPlainly):
    """Fails likewise, but in a manner of its own."""

    manner = "of its own"


@pytest.mark.parametrize("kernel", [FailsPlainly, FailsInAManner])
def test_the_manner_of_a_failure_is_handed_on(
    pinned: OsThreads, kernel: type[FailsPlainly]
) -> None:
    scenario = SCENARIOS["one_interrupt"]
    _, fact = run_one(scenario, 1, 0, "random-walk", Target(cls=kernel), pinned)
    assert (fact.signature, fact.manner) == ("I0 made up in prune", kernel.manner)


def test_one_that_passes_has_none(pinned: OsThreads) -> None:
    _, fact = run_one(SCENARIOS["one_interrupt"], 1, 0, "random-walk", Target(), pinned)
    assert (fact.signature, fact.manner) == (None, "")
