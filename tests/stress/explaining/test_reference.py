# SPDX-License-Identifier: GPL-2.0-only
"""Is a finding compared with the correct kernel that differs from its own in the mistake alone?"""

from typing import Any

import pytest

from harness import Failed, OsThreads
from stress.executions import Target, Token, confirm, follow, run_index
from stress.explaining import explanation
from stress.explaining.explanation import explain
from stress.explaining.first_divergence import FirstDivergence
from stress.explaining.recorded import Recorded, record
from stress.inputs import Points
from stress.scenarios import SCENARIOS
from vgic import CANARY, CANARY_OF_POINTS, Mechanism, compose
from vgic.data import IN_GUEST_MODE, OUTSIDE_GUEST_MODE, Vcpu
from vgic.revisions import REVISIONS, FlushBeforeMode

AT_A_PLAIN_READ = Token.decode(
    "vs3-eNo1kFFugzAQRK8S7bc_cJJS4AY9A0KWsTfUqrHJYlNVUe7eNSRfoJ3Z55l9wGowaHIROogBFSHFnBAELJr0jAlphe4BgZQn6KQAR3ee9P3lLADtxFZ5bkQ1DAKmjGvaxX4QfRnxH7yA7JfDMWarxc0ZPLxFEVVBDE8BxMrqYuBAhDckDKbEGfNU3GA0x_1T8aaW6AK_NpSoyXxDF7L3B1knBuxw2MySJYh2FyoG-Wh--LNNzqh5dlH9kkuo3B6TYC-oDpPkuK81WYs3ChavXeBLafvm3DPmgrirHF78pGnCpMoOb19K59VNQadMyNW-ZH3SRG7T_pSDDiFm7lmA1k18RbZcWqtl3Vzx43atsG1Ym6NFz1Irq09bjc25HscS6LhEB9p7eP4Dr6CYkw"
)
"""It goes from one thread to the other before the target of an announcement is read again."""

HALTED_TOO_EARLY = Token.decode(
    "vs2-eNpNkF1uwyAQhK9i7TMPxlad1DfoGSwL8bPBKBgSwI6qKHfv4rRSJQSr_WaHgSdkjUEmF2EEqYvbUTySKwWDuKS4CoXZGQQGN5nkigVThvEJIQmfYOQMXLpTZ5r6ngEaS1LenVk7zwzshrkccJrZVFtUgcHjHllISkNHmzbSG9ydxvcAEc7aSucXg0Qkuxgo5CJ9ccFSIrXZqp1rtqIXGMPm_dtFFhIfRpCLTAXIqoKWxn4bcCxOl8OubxuRD3ZUnICP-krHbp0WF7_lhV4raLBmri8WbwGvqbOzQZYtIYX74qemBkTTlBgblMl_Ny40130V_8yWx5-XcZb-qP79yaihG7TCnne9PBNbo0FP6JO3J9OqczcoBa8f3SeMbQ"
)
"""Of `halting`: who halts the VM sees a vCPU outside that fills its list registers."""


def divergence_of(token: Token, target: Target, carriers: OsThreads) -> FirstDivergence:
    story = explain(token, target, carriers)
    assert story.recorded.failure is not None
    assert story.recorded.failure.signature == token.signature
    assert story.divergence is not None
    return story.divergence


class LooksBeforeFlush(REVISIONS["halting"].cls):  # type: ignore[misc]  # by name
    """`halting` that publishes its mode before it fills its list registers."""

    def enter_guest_mode(self, vcpu: Vcpu) -> bool:
        vcpu.mode.write(IN_GUEST_MODE)
        if self.kvm_vcpu_exit_request(vcpu):
            self.trace.turned_back(vcpu.vcpu_id)
            vcpu.mode.write(OUTSIDE_GUEST_MODE)
            return False
        self.flush(vcpu)
        return True


@pytest.fixture
def compared_with(monkeypatch: pytest.MonkeyPatch) -> list[type[Mechanism]]:
    """Return the kernels that are recorded, in order: first that which failed."""
    kernels: list[type[Mechanism]] = []

    def noting(parameters: Any, deviations: Any, target: Target, carriers: OsThreads) -> Recorded:
        kernels.append(target.kernel)
        return record(parameters, deviations, target, carriers)

    monkeypatch.setattr(explanation, "record", noting)
    return kernels


def test_the_place_of_a_bug_at_a_plain_access_is_found(pinned: OsThreads) -> None:
    target = Target(bugs=(CANARY_OF_POINTS,), points=Points.ALL)
    divergence = divergence_of(AT_A_PLAIN_READ, target, pinned)
    assert divergence.function == "vgic_queue_irq_unlock"
    assert divergence.instead.startswith("dev0 does `request requests[vcpu 0]`")


@pytest.mark.parametrize("points", Points)
@pytest.mark.parametrize("bug", [(), ("outside_before_sync",)])
def test_the_reference_can_be_interleaved_where_the_kernel_can(
    pinned: OsThreads, compared_with: list[type[Mechanism]], bug: tuple[str, ...], points: Points
) -> None:
    explain(HALTED_TOO_EARLY, Target("halting", bug, points=points), pinned)
    assert len(compared_with) >= 2
    stops = points is Points.ALL
    assert all(kernel.stops_at_unguarded is stops for kernel in compared_with)


def test_an_order_that_is_wrong_is_explained_by_the_other_one(
    pinned: OsThreads, compared_with: list[type[Mechanism]]
) -> None:
    divergence = divergence_of(HALTED_TOO_EARLY, Target("halting"), pinned)
    assert divergence.instead.startswith("vcpu0 does `read requests[vcpu 0]`")
    _, ordered, plain = compared_with
    assert issubclass(ordered, FlushBeforeMode)
    assert not issubclass(plain, FlushBeforeMode)


def test_an_order_that_is_not_what_fails_is_the_references_too(
    pinned: OsThreads, compared_with: list[type[Mechanism]]
) -> None:
    token = failing_otherwise(pinned, Target("halting", (CANARY,)))
    explain(token, Target("halting", (CANARY,)), pinned)
    _, ordered = compared_with
    assert issubclass(ordered, FlushBeforeMode)


def test_a_patch_that_puts_the_order_right_again_is_compared_with_that_order(
    pinned: OsThreads, compared_with: list[type[Mechanism]]
) -> None:
    followed = follow(HALTED_TOO_EARLY, Target(cls=LooksBeforeFlush), pinned)
    assert followed.failure is None
    target = Target(cls=compose(LooksBeforeFlush, (CANARY,)))
    token = failing_otherwise(pinned, target)
    explain(token, target, pinned)
    _, plain = compared_with
    assert not issubclass(plain, FlushBeforeMode)


def failing_otherwise(carriers: OsThreads, target: Target) -> Token:
    """Return the first execution that fails as something else than its order of entry."""
    scenario = SCENARIOS["inject_while_eoicount"]
    for index in range(200):
        single = run_index(scenario, 1, index, "random-walk", target, carriers)
        outcome = single.execution.outcome
        if isinstance(outcome, Failed) and not outcome.failure.signature.startswith("I17"):
            return confirm(single, scenario.name, target, carriers)[0]
    raise AssertionError(f"nothing found on {target}")
