# SPDX-License-Identifier: GPL-2.0-only
"""While the VM is halted, has nobody a copy of anything, and is it said if somebody has? I17."""

from collections.abc import Callable, Sequence

import pytest

from harness import Execution, Failure
from vgic import Mechanism
from vgic.data.intids import EDGE

InKernel = Callable[..., Execution]
FailureInKernel = Callable[..., Failure]


def announced(*events: str) -> Callable[[Mechanism], None]:
    """Return what announces these events, of vCPU 0 where they are of one."""

    def body(kernel: Mechanism) -> None:
        for event in events:
            of_one = event not in ("halted", "resuming")
            getattr(kernel.trace, event)(*([0] if of_one else []))

    return body


@pytest.mark.parametrize(
    "events",
    [
        ("flushing", "entered", "exited", "synced", "halted"),
        ("flushing", "aborted", "synced", "halted"),
        ("turned_back", "halted", "turned_back"),
        ("halted", "resuming", "flushing"),
        ("halted", "halted", "resuming", "resuming", "flushing"),
    ],
)
def test_who_has_folded_and_stays_out_is_halted(in_kernel: InKernel, events: Sequence[str]) -> None:
    in_kernel(announced(*events))


@pytest.mark.parametrize(
    ("events", "kind", "where"),
    [
        (("flushing", "halted"), "I17 halted too early", "kvm_vgic_flush_hwstate"),
        (("flushing", "entered", "halted"), "I17 halted too early", "kvm_vgic_flush_hwstate"),
        (("halted", "flushing"), "I17 entry while halted", "kvm_vgic_flush_hwstate"),
        (("halted", "halted", "resuming", "flushing"), "I17 entry while halted", None),
    ],
)
def test_who_has_not_is_not(
    failure_in_kernel: FailureInKernel, events: Sequence[str], kind: str, where: str | None
) -> None:
    failure = failure_in_kernel(announced(*events))
    assert failure.kind == kind
    assert where is None or failure.functions == (where,)


def test_who_has_left_its_guest_is_to_fold_first(failure_in_kernel: FailureInKernel) -> None:
    def body(kernel: Mechanism) -> None:
        announced("flushing", "entered")(kernel)
        kernel.kvm.vcpus[0].mode.read()
        announced("exited", "halted")(kernel)

    failure = failure_in_kernel(body)
    assert failure.kind == "I17 halted too early"
    assert failure.functions == ("kvm_vgic_sync_hwstate",)


@pytest.mark.parametrize("loaded", [False, True])
def test_while_it_is_halted_nothing_is_loaded(
    in_kernel: InKernel, failure_in_kernel: FailureInKernel, loaded: bool
) -> None:
    def body(kernel: Mechanism) -> None:
        kernel.kvm.add_irq(32, EDGE, 0x80, 0).on_lr = loaded
        kernel.trace.halted()

    if loaded:
        assert failure_in_kernel(body).kind == "I17 loaded while halted"
    else:
        in_kernel(body)
