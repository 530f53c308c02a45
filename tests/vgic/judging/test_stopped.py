# SPDX-License-Identifier: GPL-2.0-only
"""I36: while user space has all vCPUs for itself, has none a copy of anything? Is that judged?"""

from collections.abc import Callable, Sequence

import pytest

from harness import Failed, Failure, OsThreads, Scheduler, execute
from harness.engine.strategy import Quiet
from vgic import Mechanism, Reference
from vgic.composition import compose
from vgic.data import EDGE, Ioctls, Kvm
from vgic.judging import Judges
from vgic.judging.stopped import ACCESS, KIND
from vgic.tracepoints import announcer

OF_NONE = ("stopped", "continuing", "found_busy")


def failure_of(body: Callable[[Mechanism], None]) -> Failure | None:
    """Run a body over a judged VM of one vCPU that user space calls ioctls of."""

    def program(scheduler: Scheduler) -> None:
        kvm = Kvm(scheduler, nr_lr=1, nr_vcpus=1)
        kvm.ioctls = Ioctls(kvm.locks, 1, None)
        irq = kvm.add_irq(32, EDGE, 0x80, 0)
        kernel = Reference(kvm, announcer(Judges(kvm).listeners))
        kernel.kvm_vgic_vcpu_init(kvm.vcpus[0])
        scheduler.at_end.clear()  # nobody tears the VM down
        assert not irq.on_lr
        scheduler.thread("vcpu0", lambda: body(kernel))

    with OsThreads(pinned=False) as carriers:
        outcome = execute(program, Quiet(), carriers).outcome
    return outcome.failure if isinstance(outcome, Failed) else None


def announced(*events: str) -> Callable[[Mechanism], None]:
    def body(kernel: Mechanism) -> None:
        for event in events:
            getattr(kernel.trace, event)(*([] if event in OF_NONE else [0]))

    return body


@pytest.mark.parametrize(
    ("events", "where"),
    [
        (("flushing", "entered", "exited", "synced", "stopped"), None),
        (("turned_back", "stopped", "turned_back"), None),
        (("stopped", "continuing", "flushing"), None),
        (("found_busy", "flushing"), None),
        (("flushing", "stopped"), ACCESS),
        (("flushing", "entered", "exited", "stopped"), ACCESS),
        (("stopped", "flushing"), "kvm_vgic_flush_hwstate"),
        (("stopped", "continuing", "stopped", "flushing"), "kvm_vgic_flush_hwstate"),
    ],
)
def test_none_is_between_flush_and_sync_meanwhile(events: Sequence[str], where: str | None) -> None:
    failure = failure_of(announced(*events))
    if where is None:
        assert failure is None
    else:
        assert failure is not None
        assert (failure.kind, failure.functions) == (KIND, (where,))


@pytest.mark.parametrize("loaded", [False, True])
def test_nothing_is_loaded_meanwhile(loaded: bool) -> None:
    def body(kernel: Mechanism) -> None:
        kernel.kvm.irqs[0].on_lr = loaded
        kernel.trace.stopped()

    failure = failure_of(body)
    assert (failure.kind if failure else None) == (KIND if loaded else None)


def test_who_takes_no_mutexes_is_found(first_failure: Callable[..., Failure | None]) -> None:
    kernel = compose(Reference, ["accessed_while_running"])
    failure = first_failure(kernel, "ioctls_beside_vcpus", 30)
    assert failure is not None
    assert failure.kind == KIND
