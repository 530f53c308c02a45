# SPDX-License-Identifier: GPL-2.0-only
"""Is it noted whether anything of a class was called, and does that change nothing?"""

import gc
from typing import Any
from weakref import ReferenceType, ref

import pytest

from harness import OsThreads
from stress.executions import run_index
from stress.executions.single import Single
from stress.executions.target import Target
from stress.scenarios import SCENARIOS
from vgic import (
    REVISIONS,
    Mechanism,
    Reference,
    changes_nothing,
    compose,
    overrides_of,
    with_contracts_checked,
    with_kicks_checked,
    with_races_checked,
    with_returns_announced,
)
from vgic.data.vcpu import Vcpu, VgicIrq
from vgic.data.vm import Kvm
from vgic.tracepoints import Tracepoints


class Mine(Reference):
    """Does what the reference does."""

    never_crosses = frozenset({"split"})

    def vgic_prune_ap_list(self, vcpu: Vcpu) -> None:
        self._mine()
        super().vgic_prune_ap_list(vcpu)

    def vgic_mmio_write_irouter(self, irq: VgicIrq, target: Vcpu) -> None:
        super().vgic_mmio_write_irouter(irq, target)

    def _prune_own_list(self, vcpu: Vcpu) -> tuple[VgicIrq, Vcpu] | None:
        return super()._prune_own_list(vcpu)

    def _mine(self) -> None:
        """Nothing of the kernel's."""


OVERRIDES = ("_prune_own_list", "vgic_mmio_write_irouter", "vgic_prune_ap_list")


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_revision_as_it_is_overrides_nothing(revision: str) -> None:
    assert overrides_of(REVISIONS[revision].cls) == ()
    assert overrides_of(with_races_checked(REVISIONS[revision].cls)) == ()


def test_what_a_class_or_a_bug_overrides_is_known_by_name() -> None:
    assert overrides_of(Mine) == OVERRIDES
    assert overrides_of(with_races_checked(Mine)) == OVERRIDES
    assert overrides_of(with_contracts_checked(Mine)) == OVERRIDES
    assert overrides_of(compose(Reference, ["kick_without_request"])) == ("announce_pending",)


def nothing(self: Mechanism) -> None:
    """Do nothing."""


@pytest.mark.parametrize(
    "theirs",
    [
        {},
        {"never_crosses": frozenset({"split"})},
        {"_retry": nothing, "_count": 0},
    ],
)
def test_a_class_that_has_nothing_of_the_kernels_changes_nothing(theirs: dict[str, Any]) -> None:
    cls = type("Mine", (Reference,), theirs)
    assert changes_nothing(cls)
    assert changes_nothing(with_races_checked(cls))
    assert changes_nothing(with_contracts_checked(cls))
    assert changes_nothing(with_kicks_checked(cls))
    assert changes_nothing(with_returns_announced(with_contracts_checked(cls)))


@pytest.mark.parametrize(
    "theirs", [{"announce_pending": nothing}, {"_prune_own_list": nothing}, {"__init__": nothing}]
)
def test_one_that_has_something_does_not(theirs: dict[str, Any]) -> None:
    assert not changes_nothing(type("Mine", (Reference,), theirs))


def test_a_bug_changes_something_in_a_class_that_does_not() -> None:
    empty = type("Mine", (Reference,), {})
    assert not changes_nothing(compose(empty, ["kick_without_request"]))


def single_of(kernel: type[Mechanism] | None, name: str, carriers: OsThreads, index: int) -> Single:
    target = Target() if kernel is None else Target(cls=kernel)
    return run_index(SCENARIOS[name], 3, index, "random-walk", target, carriers)


def test_what_was_called_is_noted_and_what_was_not_is_not(carriers: OsThreads) -> None:
    """Nobody routes in `one_interrupt`."""
    called = single_of(Mine, "one_interrupt", carriers, 0).called
    assert called == {"_prune_own_list", "vgic_prune_ap_list"}
    assert single_of(Mine, "one_reroute", carriers, 0).called == set(OVERRIDES)
    assert single_of(None, "one_reroute", carriers, 0).called == set()


def test_to_note_it_changes_no_digest(carriers: OsThreads) -> None:
    for index in range(4):
        mine = single_of(Mine, "reroute_while_pruning", carriers, index).execution
        reference = single_of(None, "reroute_while_pruning", carriers, index).execution
        assert mine.digest == reference.digest


class Static(Reference):
    @staticmethod
    def overflow_counts() -> bool:
        return True


def test_a_method_without_self_is_noted_too(carriers: OsThreads) -> None:
    called = [single_of(Static, "many_interrupts", carriers, index).called for index in range(8)]
    assert {"overflow_counts"} in called


def test_what_was_not_called_is_not_kept_alive_by_what_was_to_note_it(carriers: OsThreads) -> None:
    kernels = list[ReferenceType[Mechanism]]()

    class Kept(Mine):
        def __init__(self, kvm: Kvm, trace: Tracepoints) -> None:
            super().__init__(kvm, trace)
            kernels.append(ref(self))

    gc.collect()
    gc.disable()
    try:
        single_of(Kept, "one_interrupt", carriers, 0)
        assert kernels[0]() is None
    finally:
        gc.enable()
