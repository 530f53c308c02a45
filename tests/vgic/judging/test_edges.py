# SPDX-License-Identifier: GPL-2.0-only
"""Is every acknowledge that may come explained by an edge, and none that may not? I10.

What is pending is one bit in the latch and one in a list register; what is right is worked out from
that by hand, event by event, with the interrupt's own fields as the kernel would have them.
"""

from collections.abc import Callable

import pytest

from harness import Execution, Failure
from vgic import Mechanism, Reference
from vgic.data.intids import Config
from vgic.data.vcpu import Vcpu, VgicIrq
from vgic.hardware.list_registers import ListRegister
from vgic.judging.edges import Edges

FirstFailure = Callable[..., Failure | None]


class Bits:
    """One interrupt of vCPU 0, moved through what a kernel does with it."""

    def __init__(self, kernel: Mechanism) -> None:
        self.irq = kernel.kvm.add_irq(32, Config.EDGE, 0x80, 0)
        self.vcpu = kernel.kvm.vcpus[0]
        self.flushed_at, self.left_at = [-1], [-1]
        self.edges = Edges(self.flushed_at, self.left_at)
        self.step = 0

    def do(self, what: str) -> bool | None:
        """Do one of s(end), f(lush), l(eave), a(cknowledge), u(npend), (, ): begin and end."""
        edges, irq = self.edges, self.irq
        self.step += 1
        if what == "a":
            return edges.acknowledge(irq)
        if what == "f":
            self.flushed_at[0] = self.step
            irq.vcpu, irq.on_lr = self.vcpu, True
        elif what == "l":
            self.left_at[0] = self.step
            irq.vcpu, irq.on_lr = None, False
        elif what == "u":
            edges.clear(irq, loaded=irq.on_lr)
        if what in "s(":
            edges.begin(irq)
        if what in "s)":
            edges.end(irq)
        return None


def explained(kernel: Mechanism, events: str) -> list[bool]:
    """Do one after the other; tell of each acknowledge whether it is explained."""
    bits = Bits(kernel)
    told = [bits.do(each) for each in events]
    bits.irq.vcpu = None
    return [each for each in told if each is not None]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ("a", [False]),
        ("sfa", [True]),
        ("sfala", [True, False]),
        # Two edges in the latch are one; so are a copy and the latch, once the guest was left.
        ("ssfalfa", [True, False]),
        ("sfslfalfa", [True, False]),
        ("sfsslfalfa", [True, False]),
        # A copy that the guest takes and the latch behind it are two.
        ("sfsalfa", [True, True]),
        ("sfssalfalfa", [True, True, False]),
        # One that comes when the copy is taken is one more, two are not.
        ("sfaslfa", [True, True]),
        ("sfasslfalfa", [True, True, False]),
        # What was lost in another explains nothing later.
        ("sssssfalfa", [True, False]),
        ("ssfalsfalfa", [True, True, False]),
        # A clear takes the latch; a copy may still be taken, once.
        ("sufa", [False]),
        ("sfua", [True]),
        ("sfsualfa", [True, False]),
        ("sfulfalfa", [True, False]),
        ("usfa", [True]),
        # One under way may have come already, or come later.
        ("(a)", [True]),
        ("(a)fa", [True, False]),
        ("sf(a)lfa", [True, True]),
        ("((a)a)", [True, True]),
        ("((aaa", [True, True, False]),
        ("(f)a", [True]),
        ("s(f)alfa", [True, True]),
        ("s(fl)fa", [True]),
    ],
)
def test_an_acknowledge_is_explained_by_an_edge_that_is_not_spent(
    in_kernel: Callable[..., Execution], events: str, expected: list[bool]
) -> None:
    in_kernel(lambda kernel: _check(explained(kernel, events), expected))


def _check(found: list[bool], expected: list[bool]) -> None:
    assert found == expected


class PendsWhatCameTwice(Reference):
    """An edge that finds the latch set is kept in mind, and made pending once more later."""

    def kvm_vgic_inject_irq(self, vcpu: Vcpu | None, intid: int, level: bool) -> int:
        irq = self.kvm.get_vcpu_irq(vcpu, intid)
        self._twice: set[VgicIrq] = getattr(self, "_twice", set())
        if irq is not None and irq.config is Config.EDGE and level and irq.pending_latch:
            self._twice.add(irq)
        return super().kvm_vgic_inject_irq(vcpu, intid, level)

    def vgic_v3_fold_lr(self, vcpu: Vcpu, lr: ListRegister) -> None:
        super().vgic_v3_fold_lr(vcpu, lr)
        irq = self.kvm.get_vcpu_irq(vcpu, lr.intid)
        if irq is None or lr.pending or irq.pending_latch:
            return
        if irq in getattr(self, "_twice", ()):
            self._twice.discard(irq)
            with irq.irq_lock:
                irq.pending_latch = True


def test_an_edge_that_was_one_with_another_pays_for_no_phantom(first_failure: FirstFailure) -> None:
    failure = first_failure(PendsWhatCameTwice, "inject_before_entry", 300)
    assert failure is not None
    assert failure.kind == "I10 phantom edge"
